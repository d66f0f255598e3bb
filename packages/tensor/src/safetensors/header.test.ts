import { describe, expect, test } from 'vitest'
import { CheckpointError } from '../errors'
import { bytesSource } from './byte-source'
import { readSafetensorsHeader } from './header'

const text = new TextEncoder()

/** A file of a header (an object, a text or bytes) and some data; `claimed` replaces the header's length. */
function file(header: object | string | Uint8Array, dataBytes = 0, claimed?: bigint) {
  const content = typeof header === 'string' || header instanceof Uint8Array ? header : JSON.stringify(header)
  const bytes = typeof content === 'string' ? text.encode(content) : content
  const all = new Uint8Array(8 + bytes.length + dataBytes)
  new DataView(all.buffer).setBigUint64(0, claimed ?? BigInt(bytes.length), true)
  all.set(bytes, 8)
  return bytesSource('weights.safetensors', all)
}

const entry = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: offsets,
})

describe('readSafetensorsHeader accepts', () => {
  test('tensors in any order, padding, rank 0, empty dimensions and fields it does not know', async () => {
    const header = {
      second: entry([2, 1], [4, 12]),
      empty: entry([0, 3], [4, 4]),
      first: { ...entry([], [0, 4]), comment: { a: [1, { b: null }] } },
      last: entry([3], [12, 15], 'F8_E4M3'),
    }
    const source = file(`${JSON.stringify(header)}   `, 15)
    const dataStart = source.size - 15
    const { tensors, metadata } = await readSafetensorsHeader(source)
    expect([...tensors.keys()]).toEqual(['first', 'empty', 'second', 'last'])
    expect(tensors.get('second')).toEqual({
      name: 'second',
      type: 'F32',
      shape: [2, 1],
      start: dataStart + 4,
      end: dataStart + 12,
    })
    expect(metadata.size).toBe(0)
  })

  test('no tensors at all', async () => {
    expect((await readSafetensorsHeader(file('{}'))).tensors.size).toBe(0)
    expect((await readSafetensorsHeader(file({ __metadata__: null }))).metadata.size).toBe(0)
  })

  test('names that are special in JavaScript, without polluting anything', async () => {
    const header =
      '{"__metadata__":{"__proto__":"text","constructor":"other"},' +
      '"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"__proto__":{"polluted":1}},' +
      '"toString":{"dtype":"U8","shape":[1],"data_offsets":[4,5]},"":{"dtype":"U8","shape":[],"data_offsets":[5,6]}}'
    const { tensors, metadata } = await readSafetensorsHeader(file(header, 6))
    expect([...tensors.keys()]).toEqual(['__proto__', 'toString', ''])
    expect([...metadata]).toEqual([
      ['__proto__', 'text'],
      ['constructor', 'other'],
    ])
    expect('polluted' in {}).toBe(false)
  })

  test.each([
    ['F4', 1, [2]],
    ['F6_E2M3', 3, [4]],
    ['BOOL', 2, [2]],
    ['BF16', 4, [2]],
    ['C64', 8, [1]],
    ['U64', 16, [2]],
  ])('type %s with its size', async (dtype, bytes, shape) => {
    const { tensors } = await readSafetensorsHeader(file({ x: entry(shape, [0, bytes], dtype) }, bytes))
    expect(tensors.get('x')?.type).toBe(dtype)
  })

  test('equal names in different objects and texts that look like names', async () => {
    const header = {
      __metadata__: { dtype: '"dtype":1,"dtype":{', 'a\\"b': '\\' },
      dtype: entry([1], [0, 4]),
      shape: { ...entry([1], [4, 8]), nested: [{ a: 1 }, { a: 2 }] },
    }
    expect((await readSafetensorsHeader(file(header, 8))).tensors.size).toBe(2)
  })
})

const one = (dtype: unknown, shape: unknown, offsets: unknown, bytes = 4) =>
  file({ x: entry(shape, offsets, dtype) }, bytes)

describe('readSafetensorsHeader refuses', () => {
  test.each([
    ['an empty file', bytesSource('weights.safetensors', new Uint8Array(0)), /the file has 0 bytes/],
    ['a file of 7 bytes', bytesSource('weights.safetensors', new Uint8Array(7)), /has 7 bytes.*at least 8/],
    ['a header of 100 MB and a byte', file('{}', 0, 100_000_001n), /claims 100000001 .* at most 100000000/],
    ['a length of all ones', file('{}', 0, 2n ** 64n - 1n), /claims 18446744073709551615 bytes/],
    ['a header behind the end', file('{}', 0, 3n), /claims 3 bytes, but only 2 follow/],
    ['an empty header', file(''), /starts with "", expected "\{"/],
    ['a byte order mark', file('\ufeff{}'), /starts with .*expected "\{"/],
    ['a space before the header', file(' {}'), /starts with " \{\}"/],
    ['an array', file('[]'), /starts with "\[\]"/],
    ['invalid UTF-8', file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), /not valid UTF-8/],
    [
      'UTF-8 of a surrogate',
      file(Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x7d)),
      /not valid UTF-8/,
    ],
    ['invalid JSON', file('{"x":'), /not valid JSON/],
    ['zeros behind the header', file('{}\0\0'), /not valid JSON/],
    ['a name twice', file('{"x":1,"x":2}'), /the name "x" twice, expected once/],
    ['a name twice, once escaped', file('{"a\\"x":1,"b":2,"\\u0061\\"x":3}'), /the name "a\\"x" twice/],
    ['metadata twice', file('{"__metadata__":{},"__metadata__":{}}'), /the name "__metadata__" twice/],
    ['a field twice', file('{"x":{"dtype":"F32","dtype":"F32"}}'), /the name "dtype" twice inside "x"/],
    ['a field twice, deep down', file('{"x":{"y":[{"z":{"a":1,"a":2}}]}}'), /"a" twice inside "x", "y", "z"/],
    ['a metadata text twice', file('{"__metadata__":{"a":"1","a":"2"}}'), /"a" twice inside "__metadata__"/],
    [
      'metadata that is a text',
      file({ __metadata__: 'x' }),
      /__metadata__ is "x", expected an object of texts/,
    ],
    ['metadata with a number', file({ __metadata__: { a: 1 } }), /__metadata__ has 1 under "a"/],
    ['metadata with half a pair', file('{"__metadata__":{"a":"\\ud800"}}'), /"a" that is not valid Unicode/],
    ['a name with half a pair', file('{"\\udc00":{}}'), /tensor "\\udc00": the name is not valid Unicode/],
    ['an entry that is null', file({ x: null }), /tensor "x": found null, expected an object with dtype/],
    ['an entry that is an array', file({ x: ['F32', [1], [0, 4]] }, 4), /tensor "x": found \["F32"/],
    [
      'no dtype',
      file({ x: { shape: [1], data_offsets: [0, 4] } }, 4),
      /tensor "x": dtype is undefined, expected one of BOOL, .*U64/,
    ],
    ['an unknown dtype', one('F128', [1], [0, 4]), /tensor "x": dtype is "F128"/],
    ['a dtype of the wrong case', one('f32', [1], [0, 4]), /dtype is "f32"/],
    ['a dtype from the prototype', one('toString', [1], [0, 4]), /dtype is "toString"/],
    ['no shape', one('F32', undefined, [0, 4]), /shape is undefined, expected a list of whole numbers/],
    ['a negative size', one('F32', [-1], [0, 4]), /tensor "x": shape is \[-1\]/],
    ['a minus zero', file('{"x":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}'), /shape is \[0\]/],
    ['a fraction', one('F32', [1.5], [0, 4]), /shape is \[1\.5\]/],
    ['a size as text', one('F32', ['1'], [0, 4]), /shape is \["1"\]/],
    ['a size of 2^53', one('F32', [2 ** 53, 0], [0, 0], 0), /shape is \[9007199254740992,0\]/],
    ['a product over 2^53', one('F32', [2 ** 27, 2 ** 27], [0, 4]), /shape .* overflows/],
    ['an overflow before a zero', one('F32', [2 ** 40, 2 ** 40, 0], [0, 0], 0), /overflows/],
    ['bits that overflow', one('F32', [2 ** 49], [0, 4]), /overflows/],
    ['half a byte', one('F4', [1], [0, 1], 1), /shape \[1\] of F4 does not fill whole bytes/],
    ['no offsets', one('F32', [1], undefined), /data_offsets is undefined, expected two whole numbers/],
    ['one offset', one('F32', [1], [4]), /data_offsets is \[4\]/],
    ['three offsets', one('F32', [1], [0, 4, 8]), /data_offsets is \[0,4,8\]/],
    ['a negative offset', one('F32', [1], [-4, 0]), /data_offsets is \[-4,0\]/],
    ['an offset beyond 2^53', one('F32', [1], [0, 1e300]), /data_offsets is \[0,1e\+300\]/],
    ['offsets the wrong way', one('F32', [1], [4, 0]), /data_offsets is \[4,0\], expected its start/],
    ['a span that is too long', one('F32', [1], [0, 8], 8), /span 8 bytes, but F32 of shape \[1\] takes 4/],
    ['a span that is too short', one('F32', [2], [0, 4]), /span 4 bytes, but F32 of shape \[2\] takes 8/],
    ['a gap in front', one('F32', [1], [4, 8], 8), /tensor "x": data_offsets start at 4, expected 0: a gap/],
    ['a gap', file({ x: entry([1], [0, 4]), y: entry([1], [8, 12]) }, 12), /"y": .* 8, expected 4: a gap/],
    [
      'an overlap',
      file({ x: entry([2], [0, 8]), y: entry([2], [4, 12]) }, 12),
      /"y": .*expected 8: an overlap/,
    ],
    ['two in one place', file({ x: entry([1], [0, 4]), y: entry([1], [0, 4]) }, 4), /expected 4: an overlap/],
    ['data behind the tensors', one('F32', [1], [0, 4], 5), /cover 4 bytes of data, but the file has 5/],
    ['data that is cut off', one('F32', [1], [0, 4], 3), /cover 4 bytes of data, but the file has 3/],
    ['data without tensors', file('{}', 1), /cover 0 bytes of data, but the file has 1/],
  ])('%s', async (_, source, message) => {
    const failure = await readSafetensorsHeader(source).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(CheckpointError)
    expect(String(failure)).toMatch(message)
    expect(String(failure)).toMatch(/^CheckpointError: weights\.safetensors: .*: get it again$/s)
  })

  test('a long name in a short message', async () => {
    const failure = await readSafetensorsHeader(file({ ['x'.repeat(10_000)]: 1 })).catch(String)
    expect(failure).toMatch(/^.{1,200}xxx\.\.\..{1,150}$/)
  })

  test('a source that gives fewer bytes than it promised', async () => {
    const source = { name: 'short', size: 100, read: async () => new Uint8Array(3) }
    await expect(readSafetensorsHeader(source)).rejects.toThrow(/short: got 3 bytes where 16 were asked for/)
  })

  test('a header that is nested very deeply, without exhausting the stack', async () => {
    const nested = (depth: number) => file(`{"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`)
    await expect(readSafetensorsHeader(nested(100_000))).rejects.toThrow(
      /has more than 128 levels of nesting/,
    )
    await expect(readSafetensorsHeader(nested(129))).rejects.toThrow(/128 levels/)
    await expect(readSafetensorsHeader(nested(128))).rejects.toThrow(/tensor "x": found/)
  })
})

test('the header is checked before anything of its size is read', async () => {
  const reads: number[] = []
  const small = file('{}', 0, 99_999_999n)
  const source = {
    ...small,
    read: (start: number, end: number) => {
      reads.push(end - start)
      return small.read(start, end)
    },
  }
  await expect(readSafetensorsHeader(source)).rejects.toThrow(CheckpointError)
  // The length, and what little the file has behind it: the first characters tell what the file is instead.
  expect(reads).toEqual([10])
})
