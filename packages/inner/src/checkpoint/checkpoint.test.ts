import { CheckpointError, encodeSafetensors } from '@tintjs/tensor'
import { describe, expect, it } from 'vitest'
import { openCheckpoint } from './checkpoint'
import { memorySource } from './memory'

const weights = Buffer.concat([
  ...encodeSafetensors([{ name: 'x', shape: [2], data: Float32Array.of(1, 2) }]),
])
const open = (files: Record<string, Uint8Array | string>) =>
  openCheckpoint(memorySource('model', { 'config.json': '{}', ...files }))

describe('openCheckpoint', () => {
  it('prefers safetensors to PyTorch files, which it does not even open', async () => {
    const damaged = { 'pytorch_model.bin': 'damaged', 'pytorch_model.bin.index.json': 'damaged' }
    const checkpoint = await open({ ...damaged, 'model.safetensors': weights })
    expect(await checkpoint.read('x')).toEqual(Float32Array.of(1, 2))
    const index = JSON.stringify({ weight_map: { x: 'a.safetensors' } })
    const sharded = await open({
      ...damaged,
      'model.safetensors.index.json': index,
      'a.safetensors': weights,
    })
    expect([...sharded.tensors.keys()]).toEqual(['x'])
  })

  it.each<[string, Record<string, string>, RegExp]>([
    ['no weights', {}, /neither model\.safetensors .* nor pytorch_model\.bin .* in model/],
    ['a file that is no archive', { 'pytorch_model.bin': 'text' }, /pytorch_model\.bin is not a checkpoint/],
    ...['model.safetensors', 'pytorch_model.bin'].map((path): [string, Record<string, string>, RegExp] => [
      `a pointer in place of ${path}`,
      { [path]: 'version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 500000000\n' },
      /is only a pointer of Git LFS to the weights; .* run "git lfs pull" there/,
    ]),
    [
      'a missing shard',
      { 'pytorch_model.bin.index.json': JSON.stringify({ weight_map: { x: 'a.bin' } }) },
      /pytorch_model\.bin\.index\.json in model names the shard a\.bin, which is missing/,
    ],
    [
      'a shard outside the folder',
      { 'pytorch_model.bin.index.json': JSON.stringify({ weight_map: { x: '../a.bin' } }) },
      /tensor "x": found "\.\.\/a\.bin", expected the plain name of a file in the same folder/,
    ],
    [
      'a shard with another ending',
      { 'pytorch_model.bin.index.json': JSON.stringify({ weight_map: { x: 'a.safetensors' } }) },
      /expected the name of a file that ends in \.bin/,
    ],
  ])('refuses %s', async (_, files, message) => {
    await expect(open(files)).rejects.toThrow(CheckpointError)
    await expect(open(files)).rejects.toThrow(message)
  })

  it('refuses a tensor that is not there', async () => {
    const checkpoint = await open({ 'model.safetensors': weights })
    await expect(checkpoint.read('y')).rejects.toThrow('There is no tensor y in model')
  })
})
