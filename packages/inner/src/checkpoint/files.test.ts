import { CheckpointError, encodeSafetensors } from '@tintjs/tensor'
import { describe, expect, it } from 'vitest'
import { openCheckpoint } from './checkpoint'
import { filesSource } from './files'

const weights = Buffer.concat([
  ...encodeSafetensors([
    { name: 'x', shape: [2], data: Float32Array.of(1, 2) },
    { name: 'y', shape: [1000], data: new Float32Array(1000) },
  ]),
])

/** A file that counts the bytes that are read of it. */
class CountedFile extends File {
  bytesRead = 0

  override slice(start = 0, end = this.size): Blob {
    this.bytesRead += end - start
    return super.slice(start, end)
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    this.bytesRead += this.size
    return super.arrayBuffer()
  }
}

describe('filesSource', () => {
  it('is a checkpoint like any other', async () => {
    const files = [new File(['{"a":1}'], 'config.json'), new File([weights], 'model.safetensors')]
    const source = filesSource('dropped', files)
    expect(source.name).toBe('dropped')
    expect(await source.list()).toEqual([
      { path: 'config.json', size: 7 },
      { path: 'model.safetensors', size: weights.byteLength },
    ])
    const checkpoint = await openCheckpoint(source)
    expect(checkpoint.config).toEqual({ a: 1 })
    expect(await checkpoint.read('x')).toEqual(Float32Array.of(1, 2))
  })

  it('reads whole files and ranges, also empty ones', async () => {
    const source = filesSource('dropped', [new File(['0123456789'], 'a'), new File([], 'empty')])
    const text = async (...parameters: Parameters<typeof source.read>) =>
      new TextDecoder().decode(await source.read(...parameters))
    expect(await text('a')).toBe('0123456789')
    expect(await text('a', { start: 3, end: 5 })).toBe('34')
    expect(await text('a', { start: 10, end: 10 })).toBe('')
    expect(await text('empty')).toBe('')
  })

  it('does not read a big file as a whole', async () => {
    const file = new CountedFile([weights], 'model.safetensors')
    const checkpoint = await openCheckpoint(filesSource('dropped', [new File(['{}'], 'config.json'), file]))
    await checkpoint.read('x')
    expect(file.bytesRead).toBeLessThan(weights.byteLength - 4000 + 100)
  })

  it('says what is missing', async () => {
    const source = filesSource('dropped', [new File(['{}'], 'config.json')])
    await expect(source.read('merges.txt')).rejects.toThrow(
      new CheckpointError('There is no merges.txt in dropped.'),
    )
    await expect(openCheckpoint(source)).rejects.toThrow(/neither model\.safetensors .* in dropped/)
  })

  it.each([
    [0, 11],
    [-1, 2],
    [3, 2],
    [Number.NaN, 2],
  ])('refuses the range from %d to %d of 10 bytes', async (start, end) => {
    const source = filesSource('dropped', [new File(['0123456789'], 'a')])
    await expect(source.read('a', { start, end })).rejects.toThrow(CheckpointError)
    await expect(source.read('a', { start, end })).rejects.toThrow(
      `a in dropped: bytes ${start} to ${end} were asked for, but the file has 10 bytes`,
    )
  })

  it('refuses two files of one name', () => {
    const files = [new File(['{}'], 'config.json'), new File(['{}'], 'config.json')]
    expect(() => filesSource('dropped', files)).toThrow(
      'Two files of dropped are called config.json; expected the files of one checkpoint.',
    )
  })

  it('says what to do when a file can no longer be read', async () => {
    const file = new File(['{}'], 'config.json')
    const gone = new DOMException('The requested file could not be read.', 'NotReadableError')
    file.slice = () => Object.assign(new Blob(), { arrayBuffer: () => Promise.reject(gone) })
    await expect(filesSource('dropped', [file]).read('config.json')).rejects.toThrow(
      /^config\.json in dropped could not be read: The requested file could not be read\. It was changed/,
    )
  })
})
