import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError } from '../errors'
import { bytesSource } from './byte-source'
import { type EncodeOptions, encodeDeferredSafetensors, encodeSafetensors, type NamedTensor } from './encode'
import { readSafetensorsHeader } from './header'
import { readTensorData } from './tensor-data'

const encode = (tensors: Iterable<NamedTensor>, options?: EncodeOptions) =>
  new Uint8Array(Buffer.concat([...encodeSafetensors(tensors, options)]))

const numbers = (...values: number[]) => Float32Array.from(values)

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
const name = fc
  .oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', '0', '1e3', '', '"\\\n'))
  .filter((text) => text !== '__metadata__')
const tensor = fc.tuple(name, shape).chain(([tensorName, sizes]) => {
  const length = sizes.reduce((product, size) => product * size, 1)
  return fc
    .array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: length, maxLength: length })
    .map((patterns) => ({
      name: tensorName,
      shape: sizes,
      data: new Float32Array(Uint32Array.from(patterns).buffer),
    }))
})
const tensors = fc.uniqueArray(tensor, { selector: (value) => value.name, maxLength: 6 })
const metadata = fc.option(
  fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), { noNullPrototype: true }),
  { nil: undefined },
)

describe('encodeSafetensors', () => {
  test('what is written is read back: every bit, name, shape and text', async () => {
    await fc.assert(
      fc.asyncProperty(tensors, metadata, async (written, texts) => {
        const bytes = encode(written, texts ? { metadata: texts } : {})
        const source = bytesSource('round trip', bytes)
        const header = await readSafetensorsHeader(source)
        expect([...header.metadata]).toEqual(Object.entries(texts ?? {}))
        expect([...header.tensors.keys()].sort()).toEqual(written.map((each) => each.name).sort())
        for (const each of written) {
          const entry = header.tensors.get(each.name)!
          expect(entry.shape).toEqual(each.shape)
          expect(entry.start % 4).toBe(0)
          const read = await readTensorData(source, entry)
          // As bytes: NaN and -0 have to come back as they were.
          expect(Buffer.from(read.buffer).equals(Buffer.from(each.data.buffer))).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('F16 and BF16 hold what is exact in them', async () => {
    for (const type of ['F16', 'BF16'] as const) {
      // More elements than are converted at a time, from a view that does not start its buffer.
      const data = new Float32Array(2 ** 20 + 4).map((_, index) => (index % 257) - 128).subarray(1)
      const source = bytesSource('half', encode([{ name: 'x', shape: [data.length], data }], { type }))
      const entry = (await readSafetensorsHeader(source)).tensors.get('x')!
      expect(entry.type).toBe(type)
      expect(entry.end - entry.start).toBe(2 * data.length)
      expect(
        Buffer.compare(new Uint8Array((await readTensorData(source, entry)).buffer), bytesOf(data)),
      ).toBe(0)
    }
  })

  test('the data starts at a multiple of 8 bytes', async () => {
    for (let length = 0; length < 10; length++) {
      const bytes = encode([{ name: 'x'.repeat(length), shape: [1], data: numbers(1) }])
      expect((bytes.length - 4) % 8).toBe(0)
    }
  })

  const x = { name: 'x', shape: [2], data: numbers(1, 2) }
  test.each<[string, NamedTensor[], EncodeOptions, RegExp]>([
    ['a name twice', [x, { ...x, name: 'y' }, x], {}, /tensor "x" is there twice/],
    ['the reserved name', [{ ...x, name: '__metadata__' }], {}, /"__metadata__": the name is reserved/],
    ['a name with half a pair', [{ ...x, name: '\ud800' }], {}, /"\\ud800": the name is not valid Unicode/],
    ['too few elements', [{ ...x, shape: [3] }], {}, /"x": data has 2 elements, .* shape \[3\]/],
    ['too many elements', [{ ...x, shape: [] }], {}, /"x": data has 2 elements, .* shape \[\]/],
    ['a negative size', [{ ...x, shape: [-1, -2] }], {}, /"x": shape is \[-1,-2\]/],
    ['a fraction', [{ ...x, shape: [0.5, 4] }], {}, /"x": shape is \[0\.5,4\]/],
    ['an overflow', [{ ...x, shape: [2 ** 40, 2 ** 40] }], {}, /"x": shape is .* too many elements/],
    ['metadata with half a pair', [x], { metadata: { a: '\udc00' } }, /metadata has .* under "a"/],
    ['metadata that is no text', [x], { metadata: JSON.parse('{"a":1}') }, /metadata has 1 under "a"/],
  ])('refuses %s at the call', (_, written, options, message) => {
    // Not consumed: the error comes before the first chunk.
    expect(() => encodeSafetensors(written, options)).toThrow(InputError)
    expect(() => encodeSafetensors(written, options)).toThrow(message)
  })

  test('refuses a header of more than 100 MB', () => {
    const name = 'x'.repeat(100_000_000)
    expect(() => encodeSafetensors([{ name, shape: [0], data: numbers() }])).toThrow(/at most 100000000/)
  })
})

describe('encodeDeferredSafetensors', () => {
  test('gives the same bytes, and reads each tensor when it is its turn', async () => {
    const written = ['b', 'a', 'c'].map((name, index) => ({ name, shape: [2], data: numbers(index, 7) }))
    for (const type of ['F32', 'BF16'] as const) {
      const events: string[] = []
      const deferred = written.map(({ name, shape, data }) => ({
        name,
        shape,
        read: async () => {
          events.push(`read ${name}`)
          return data
        },
      }))
      const chunks: Uint8Array[] = []
      for await (const chunk of encodeDeferredSafetensors(deferred, { type })) {
        events.push('chunk')
        chunks.push(chunk)
      }
      expect(Buffer.concat(chunks).equals(encode(written, { type }))).toBe(true)
      expect(events).toEqual(['chunk', 'read a', 'chunk', 'read b', 'chunk', 'read c', 'chunk'])
    }
  })

  test('refuses names and shapes at the call, and data when it comes', async () => {
    const x = { name: 'x', shape: [2], read: async () => numbers(1) }
    expect(() => encodeDeferredSafetensors([x, x])).toThrow(/tensor "x" is there twice/)
    expect(() => encodeDeferredSafetensors([{ ...x, shape: [2 ** 40, 2 ** 40] }])).toThrow(
      /too many elements/,
    )
    const chunks = encodeDeferredSafetensors([x])
    await chunks.next()
    await expect(chunks.next()).rejects.toThrow(
      new InputError(
        'tensor "x": data has 1 elements, expected the product of the shape [2]; correct one of them',
      ),
    )
  })
})

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
