import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CheckpointError, InputError } from '../errors'
import { openFileSource } from './file-source'
import { readSafetensorsHeader } from './header'
import { readTensorData } from './tensor-data'
import { writeDeferredSafetensorsFile, writeSafetensorsFile } from './write-file'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensor-files-'))
})
afterEach(() => rm(folder, { recursive: true }))

const tensor = { name: 'x', shape: [2], data: Float32Array.of(1, 2) }

describe('writeSafetensorsFile and openFileSource', () => {
  test('a file is written and read', async () => {
    const path = join(folder, 'model.safetensors')
    await writeSafetensorsFile(path, [tensor], { metadata: { format: 'pt' }, type: 'BF16' })
    const source = await openFileSource(path)
    const header = await readSafetensorsHeader(source)
    expect(header.metadata.get('format')).toBe('pt')
    expect(await readTensorData(source, header.tensors.get('x')!)).toEqual(tensor.data)
    await source.close()
    expect(await readdir(folder)).toEqual(['model.safetensors'])
  })

  test('tensors that are refused leave no file', async () => {
    const writing = writeSafetensorsFile(join(folder, 'model.safetensors'), [tensor, tensor])
    await expect(writing).rejects.toThrow(InputError)
    expect(await readdir(folder)).toEqual([])
  })

  test('a tensor that cannot be read leaves the file that was there', async () => {
    const path = join(folder, 'model.safetensors')
    const read = async () => tensor.data
    await writeDeferredSafetensorsFile(path, [{ name: 'x', shape: [2], read }])
    const failure = new Error('no more')
    const fails = { name: 'y', shape: [2], read: () => Promise.reject(failure) }
    const writing = writeDeferredSafetensorsFile(path, [{ name: 'x', shape: [2], read }, fails])
    await expect(writing).rejects.toBe(failure)
    expect(await readdir(folder)).toEqual(['model.safetensors'])
    const source = await openFileSource(path)
    expect([...(await readSafetensorsHeader(source)).tensors.keys()]).toEqual(['x'])
    await source.close()
  })
})

describe('openFileSource', () => {
  test('reads ranges, also several at once', async () => {
    const path = join(folder, 'bytes')
    await writeFile(
      path,
      Uint8Array.from({ length: 100 }, (_, index) => index),
    )
    const source = await openFileSource(path)
    expect(source.size).toBe(100)
    const [first, second, none] = await Promise.all([
      source.read(0, 3),
      source.read(97, 100),
      source.read(5, 5),
    ])
    expect([...first, ...second, ...none]).toEqual([0, 1, 2, 97, 98, 99])
    await expect(source.read(99, 101)).rejects.toThrow(/bytes 99 to 101 were asked for, .* 100 bytes/)
    await expect(source.read(3, 2)).rejects.toThrow(CheckpointError)
    await truncate(path, 50)
    await expect(source.read(40, 60)).rejects.toThrow(/ended at byte 50, expected 60/)
    await source.close()
  })

  test('says what is wrong with a path', async () => {
    const missing = join(folder, 'missing.safetensors')
    await expect(openFileSource(missing)).rejects.toThrow(CheckpointError)
    await expect(openFileSource(missing)).rejects.toThrow(
      /missing\.safetensors does not exist.*check the path/,
    )
    await expect(openFileSource(folder)).rejects.toThrow(/is a folder, expected a file/)
    await writeFile(join(folder, 'file'), '')
    await expect(openFileSource(join(folder, 'file', 'x'))).rejects.toThrow(/does not exist/)
  })
})
