import { describe, expect, test } from 'vitest'
import { CheckpointError } from '../errors'
import { bytesSource } from './byte-source'
import type { TensorEntry } from './header'
import { readTensorData } from './tensor-data'

const entry = (type: TensorEntry['type'], length: number, start: number, end: number): TensorEntry => ({
  name: 'x',
  type,
  shape: [length],
  start,
  end,
})

describe('readTensorData', () => {
  test.each([
    ['F32', Float32Array.of(1.5, -0, Number.POSITIVE_INFINITY, 1e-45)],
    ['F64', Float64Array.of(1.5, -0, Number.POSITIVE_INFINITY, 2 ** -149)],
    ['F16', Uint16Array.of(0x3e00, 0x8000, 0x7c00, 0x0001)],
    ['BF16', Uint16Array.of(0x3fc0, 0x8000, 0x7f80, 0x0001)],
  ] as const)('%s at every alignment', async (type, stored) => {
    const smallest = { F32: 2 ** -149, F64: 2 ** -149, F16: 2 ** -24, BF16: 2 ** -133 }[type]
    for (let offset = 0; offset < 8; offset++) {
      const bytes = new Uint8Array(offset + stored.byteLength)
      bytes.set(new Uint8Array(stored.buffer), offset)
      const source = bytesSource('file', bytes)
      const values = await readTensorData(source, entry(type, 4, offset, bytes.length))
      expect(values).toEqual(Float32Array.of(1.5, -0, Number.POSITIVE_INFINITY, smallest))
      expect(values.buffer).not.toBe(bytes.buffer)
    }
  })

  test('tensors larger than a piece', async () => {
    const stored = new Uint16Array(5_000_003).map((_, index) => index)
    const source = bytesSource('file', new Uint8Array(stored.buffer))
    const values = await readTensorData(source, entry('BF16', stored.length, 0, stored.byteLength))
    const patterns = new Uint32Array(values.buffer)
    expect(values.length).toBe(stored.length)
    expect(stored.findIndex((pattern, index) => patterns[index] !== pattern * 65_536)).toBe(-1)
  })

  test('the table of F16 is not shared with its results', async () => {
    const source = bytesSource('file', Uint8Array.of(0, 0x3c))
    const first = await readTensorData(source, entry('F16', 1, 0, 2))
    first.fill(5)
    expect([...(await readTensorData(source, entry('F16', 1, 0, 2)))]).toEqual([1])
  })

  test.each([
    ['another type', entry('I64', 1, 0, 8), /file: tensor "x" has type I64, .* F32, F16, BF16, F64 only/],
    ['a span that does not fit', entry('F32', 1, 0, 8), /"x" spans 8 bytes, but F32 of shape \[1\] takes 4/],
    ['a place behind the end', entry('F32', 2, 4, 12), /file: bytes 4 to 12 were asked for, .* 8 bytes/],
    ['a size beyond the memory', entry('F32', 2 ** 46, 0, 2 ** 48), /needs 281474976710656 bytes/],
  ])('refuses %s', async (_, wrong, message) => {
    const reading = readTensorData(bytesSource('file', new Uint8Array(8)), wrong)
    await expect(reading).rejects.toThrow(CheckpointError)
    await expect(reading).rejects.toThrow(message)
  })
})
