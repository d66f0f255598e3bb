import * as tf from '@tensorflow/tfjs-core'
import { CheckpointError, ConfigError, encodeSafetensors, type NamedTensor } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineAdapter } from '../adapter/adapter'
import { memorySource } from '../checkpoint/memory'
import { initialiseInnerModel } from './initialise'
import { describeInnerModel, loadInnerModel } from './load'

/** A family as small as can be: an embedding, one linear layer, a tied head. */
const toy = defineAdapter({
  family: 'toy',
  config: z.object({ width: z.int().min(1), bias: z.literal(false).default(false) }),
  ignoredFields: ['dropout'],
  build({ width }, tensors) {
    const tokens = { name: tensors.has('emb') ? 'emb' : 'model.emb', shape: [4, width] }
    const weight = (name: string, start: number) => ({
      name: 'fused',
      shape: [2 * width, width],
      part: { view: [2 * width, width], axis: 0, start, size: width },
      kind: name,
    })
    const linear = (name: string, start: number) =>
      ({ kind: 'linear', name, inputWidth: width, outputWidth: width, weight: weight(name, start) }) as const
    return {
      family: 'toy',
      width,
      heads: 1,
      vocabularySize: 4,
      maximumPositions: 8,
      embedding: { tokens },
      blocks: [linear('first', 0), linear('second', width)],
      head: { vocabulary: tokens },
    }
  },
})

const tensor = (name: string, shape: number[], start = 0): NamedTensor => ({
  name,
  shape,
  data: Float32Array.from(
    { length: shape.reduce((total, size) => total * size, 1) },
    (_, index) => start + index,
  ),
})

function bytesOf(...tensors: NamedTensor[]): Uint8Array {
  const chunks = [...encodeSafetensors(tensors)]
  return new Uint8Array(Buffer.concat(chunks))
}

const config = (fields: object = {}) => JSON.stringify({ model_type: 'toy', width: 2, ...fields })
const good = bytesOf(tensor('model.emb', [4, 2]), tensor('fused', [4, 2], 10), tensor('extra', [1]))
const options = { adapters: [toy] }

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

describe('loadInnerModel', () => {
  it('reads each parameter out of its tensor, reports progress and frees all', async () => {
    await expectBalancedTensors(async () => {
      const seen: number[] = []
      const source = memorySource('toy', { 'config.json': config(), 'model.safetensors': good })
      const model = await loadInnerModel(source, {
        ...options,
        onProgress: ({ loadedBytes, totalBytes }) => seen.push(loadedBytes / totalBytes),
      })
      const [first, second] = model.description.blocks
      if (first?.kind !== 'linear' || second?.kind !== 'linear')
        throw new Error('The toy has two linear blocks.')
      expectClose(model.weights.get(first.weight), { shape: [2, 2], data: [10, 11, 12, 13] })
      expectClose(model.weights.get(second.weight), { shape: [2, 2], data: [14, 15, 16, 17] })
      expect(seen).toEqual([0.5, 1])
      model.dispose()
    })
  })

  it('frees what was loaded when it is stopped midway', async () => {
    await expectBalancedTensors(async () => {
      const stop = new AbortController()
      const source = memorySource('toy', { 'config.json': config(), 'model.safetensors': good })
      const loading = loadInnerModel(source, {
        ...options,
        signal: stop.signal,
        onProgress: () => stop.abort(new Error('enough')),
      })
      await expect(loading).rejects.toThrow('enough')
    })
  })

  it('reads sharded checkpoints', async () => {
    const source = memorySource('toy', {
      'config.json': config(),
      'model.safetensors.index.json': JSON.stringify({
        weight_map: { 'model.emb': 'a.safetensors', fused: 'b.safetensors' },
      }),
      'a.safetensors': bytesOf(tensor('model.emb', [4, 2])),
      'b.safetensors': bytesOf(tensor('fused', [4, 2])),
    })
    const model = await loadInnerModel(source, options)
    expect(tf.memory().numTensors).toBeGreaterThanOrEqual(3)
    model.dispose()
  })
})

describe('describeInnerModel', () => {
  it('reads headers only, and tells what the model does not use', async () => {
    const reads: string[] = []
    const files = memorySource('toy', { 'config.json': config(), 'model.safetensors': good })
    const source = {
      ...files,
      read: (path: string, range?: { start: number; end: number }) => {
        if (path.endsWith('safetensors')) reads.push(`${range?.start}-${range?.end}`)
        return files.read(path, range)
      },
    }
    const { unusedTensors, description } = await describeInnerModel(source, options)
    expect(unusedTensors).toEqual(['extra'])
    expect(description.width).toBe(2)
    const last = Math.max(...reads.map((range) => Number(range.split('-')[1])))
    expect(last).toBeLessThanOrEqual(good.byteLength - (8 + 8 + 1) * 4)
  })

  const broken: [
    string,
    Record<string, Uint8Array | string>,
    typeof CheckpointError | typeof ConfigError,
    string,
  ][] = [
    ['no configuration', { 'model.safetensors': good }, CheckpointError, 'There is no config.json in toy'],
    [
      'no weights',
      { 'config.json': config() },
      CheckpointError,
      'neither model.safetensors nor model.safetensors.index.json',
    ],
    [
      'a configuration that is no JSON',
      { 'config.json': '{' },
      CheckpointError,
      'config.json in toy is not valid JSON',
    ],
    [
      'a configuration that is no text',
      { 'config.json': new Uint8Array([0xff]) },
      CheckpointError,
      'is not UTF-8 text',
    ],
    [
      'a family without adapter',
      { 'config.json': config({ model_type: 'mamba' }), 'model.safetensors': good },
      ConfigError,
      'model_type "mamba", an unsupported architecture; expected one of the given adapters: toy',
    ],
    [
      'a field that could change the result',
      { 'config.json': config({ rotary: true }), 'model.safetensors': good },
      ConfigError,
      'the field rotary = true',
    ],
    [
      'several of them at once',
      { 'config.json': config({ rotary: true, bend: 0.5, dropout: 0.5 }), 'model.safetensors': good },
      ConfigError,
      'the fields rotary = true, bend = 0.5, which',
    ],
    [
      'a value that is not supported',
      { 'config.json': config({ bias: true }), 'model.safetensors': good },
      ConfigError,
      'bias is true',
    ],
    [
      'a missing tensor',
      { 'config.json': config(), 'model.safetensors': bytesOf(tensor('model.emb', [4, 2])) },
      CheckpointError,
      'The tensor fused is missing in toy; expected it with shape [4, 2]',
    ],
    [
      'a tensor of another shape',
      {
        'config.json': config(),
        'model.safetensors': bytesOf(tensor('model.emb', [4, 2]), tensor('fused', [2, 4])),
      },
      CheckpointError,
      'The tensor fused in toy has shape [2, 4]; expected [4, 2]',
    ],
    [
      'a missing shard',
      {
        'config.json': config(),
        'model.safetensors.index.json': JSON.stringify({ weight_map: { fused: 'b.safetensors' } }),
      },
      CheckpointError,
      'names the shard b.safetensors, which is missing',
    ],
    [
      'an index that lies',
      {
        'config.json': config(),
        'model.safetensors.index.json': JSON.stringify({ weight_map: { fused: 'b.safetensors' } }),
        'b.safetensors': bytesOf(tensor('other', [1])),
      },
      CheckpointError,
      'says that fused is in b.safetensors, but that file has no such tensor',
    ],
  ]

  it.each(broken)('refuses %s', async (_, files, kind, words) => {
    const describing = describeInnerModel(memorySource('toy', files), options)
    await expect(describing).rejects.toThrow(kind)
    await expect(describeInnerModel(memorySource('toy', files), options)).rejects.toThrow(words)
  })

  it('accepts unknown fields that are switched off, and fields that may be ignored', async () => {
    const fields = { rotary: false, extra: null, dropout: 0.5, torch_dtype: 'float16' }
    const source = memorySource('toy', { 'config.json': config(fields), 'model.safetensors': good })
    expect((await describeInnerModel(source, options)).description.family).toBe('toy')
  })
})

describe('initialiseInnerModel', () => {
  it('gives the same weights for the same seed and others for another', async () => {
    await expectBalancedTensors(async () => {
      const models = [1, 1, 2].map((seed) =>
        initialiseInnerModel(toy, { model_type: 'toy', width: 64 }, seed),
      )
      const [first, same, other] = models.map(({ weights, description }) =>
        weights.get(description.embedding.tokens),
      )
      expectClose(same!, first!)
      expect(() => expectClose(other!, first!)).toThrow()
      const deviation = tf.tidy(() => tf.sqrt(tf.mean(tf.square(first!))).dataSync()[0]!)
      expect(deviation).toBeGreaterThan(0.015)
      expect(deviation).toBeLessThan(0.025)
      for (const model of models) model.dispose()
    })
  })
})
