import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { type ByteSource, bytesSource } from './byte-source'
import { encodeSafetensors } from './encode'
import { readSafetensorsHeader } from './header'
import { readTensorData } from './tensor-data'

/** A file that the reference implementation wrote; see fixtures/make_fixtures.py. */
async function fixture(name: string): Promise<ByteSource> {
  return bytesSource(name, await readFile(new URL(`./fixtures/${name}.safetensors`, import.meta.url)))
}

async function readAll(source: ByteSource): Promise<Map<string, Float32Array>> {
  const { tensors } = await readSafetensorsHeader(source)
  const values = new Map<string, Float32Array>()
  for (const entry of tensors.values()) values.set(entry.name, await readTensorData(source, entry))
  return values
}

describe('files of the reference implementation', () => {
  test('types, ranks, names and metadata are understood', async () => {
    const source = await fixture('numbers')
    const { tensors, metadata } = await readSafetensorsHeader(source)
    expect([...metadata]).toEqual([['format', 'np ü\n']])
    const described = Object.fromEntries(
      [...tensors].map(([name, { type, shape }]) => [name, { type, shape }]),
    )
    expect(described).toEqual({
      7: { type: 'F32', shape: [1] },
      bytes: { type: 'U8', shape: [3] },
      double: { type: 'F64', shape: [2, 1] },
      empty: { type: 'F32', shape: [3, 0, 2] },
      half: { type: 'F16', shape: [2] },
      integers: { type: 'I64', shape: [2] },
      mask: { type: 'BOOL', shape: [3] },
      matrix: { type: 'F32', shape: [2, 3] },
      scalar: { type: 'F32', shape: [] },
      short: { type: 'I16', shape: [1] },
      'ü中 😀"\\\n': { type: 'F32', shape: [1] },
      ['__proto__']: { type: 'F32', shape: [1] },
    })
    const read = async (name: string) => [...(await readTensorData(source, tensors.get(name)!))]
    expect(await read('matrix')).toEqual([0, 1, 2, 3, 4, 5])
    expect(await read('scalar')).toEqual([2.5])
    expect(await read('empty')).toEqual([])
    expect(await read('half')).toEqual([1.5, -2])
    expect(await read('double')).toEqual([0.5, 0.25])
    expect(await read('__proto__')).toEqual([8])
    expect(await read('ü中 😀"\\\n')).toEqual([7])
  })

  test.each([
    ['float16', 'float16_widened'],
    ['bfloat16', 'bfloat16_widened'],
    ['doubles', 'doubles_narrowed'],
  ])('%s is read as PyTorch converts it', async (stored, converted) => {
    const values = await readAll(await fixture('conversions'))
    // toEqual on typed arrays tells -0 from 0 and knows NaN.
    expect(values.get(stored)).toEqual(values.get(converted))
  })

  test.each([
    ['F32', 'written-f32'],
    ['F16', 'written-f16'],
    ['BF16', 'written-bf16'],
  ] as const)('%s is written byte for byte as the reference does', async (type, name) => {
    const values = (await readAll(await fixture('conversions'))).get('values')!.subarray(0, -1)
    const one = Float32Array.of(1)
    const chunks = encodeSafetensors(
      [
        { name: 'values', shape: [values.length], data: values },
        { name: 'scalar', shape: [], data: Float32Array.of(2.5) },
        { name: 'empty', shape: [3, 0, 2], data: new Float32Array(0) },
        { name: 'matrix', shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) },
        ...['\uffff', '😀"\\\n\u0001\u007f', '__proto__', '7', '10'].map((key) => ({
          name: key,
          shape: [1],
          data: one,
        })),
      ],
      { type, metadata: { format: 'pt' } },
    )
    const expected = await fixture(name)
    expect(Buffer.concat([...chunks]).equals(await expected.read(0, expected.size))).toBe(true)
  })
})
