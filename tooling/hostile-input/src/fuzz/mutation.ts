import fc from 'fast-check'
import { joined, littleEndian } from '../building/bytes'
import { applyJsonEdit, type JsonEdit, jsonEdit } from './json-edit'

/** Where a change is, as a part of the input's length, so that it fits inputs of all lengths. */
const place = fc.double({ min: 0, max: 1, noNaN: true })

/** Numbers at which programs go wrong. */
const numbers = [
  0n,
  1n,
  2n,
  255n,
  65_535n,
  2n ** 31n - 1n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
]

/** Texts that mean something in one of the formats. */
const words = [
  ...['{', '}', '[', ']', '"', ',', ':', '\\', '\\u0000', '\\ud800', '\n', '\0', '\ufeff', '__proto__'],
  ...[
    'NaN',
    '1e999',
    '-0',
    '-1',
    '1.5',
    '9007199254740993',
    'null',
    'true',
    '../',
    '&a ',
    '*a',
    '<<: ',
    '!!js/function ',
  ],
  ...['- ', '? ', '| ', '> ', '---\n', '# ', ',,', '""', '\u2581', '<0x0A>', '\u0120', '{text}', '{label}'],
]

/** Instructions of pickles, with what some of them need. */
const instructions = [
  ...[
    '(',
    ')',
    '.',
    '0',
    '1',
    '2',
    'N',
    'R',
    'Q',
    'b',
    'e',
    'a',
    's',
    'u',
    't',
    'd',
    'l',
    '}',
    ']',
    '\x85',
    '\x86',
    '\x87',
  ],
  ...[
    '\x88',
    '\x89',
    'K\x07',
    'M\x07\0',
    'J\xff\xff\xff\xff',
    'q\0',
    'h\0',
    'r\xff\xff\xff\xff',
    'j\0\0\0\0',
    'X\x01\0\0\0w',
  ],
  ...[
    'X\xff\xff\xff\xff',
    '\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f',
    '\x80\x02',
    'cos\nsystem\n',
    'ctorch\nFloatStorage\n',
  ],
  ...['ccollections\nOrderedDict\n', 'ctorch._utils\n_rebuild_tensor_v2\n', 'I-1\n', 'G\x7f\xf0\0\0\0\0\0\0'],
]

/** One change of an input. */
export type Mutation =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'remove'; readonly at: number; readonly length: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number; readonly times: number }
  | { readonly kind: 'insert'; readonly at: number; readonly text: string }
  | { readonly kind: 'number'; readonly at: number; readonly value: bigint; readonly width: 2 | 4 | 8 }
  | { readonly kind: 'splice'; readonly at: number; readonly other: number; readonly from: number }
  | { readonly kind: 'digits'; readonly at: number; readonly text: string }
  | { readonly kind: 'json'; readonly edit: JsonEdit }

/** What a format is made of: which changes make sense. */
export type Format = 'json' | 'text' | 'binary' | 'pickle' | 'safetensors'

const length = fc.nat({ max: 64 })
const inserted = (texts: readonly string[]) =>
  fc.record({ kind: fc.constant('insert' as const), at: place, text: fc.constantFrom(...texts) })

const general: readonly fc.Arbitrary<Mutation>[] = [
  fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat({ max: 7 }) }),
  fc.record({ kind: fc.constant('cut' as const), at: place }),
  fc.record({ kind: fc.constant('remove' as const), at: place, length }),
  fc.record({ kind: fc.constant('repeat' as const), at: place, length, times: fc.constantFrom(1, 2, 50) }),
  fc.record({ kind: fc.constant('splice' as const), at: place, other: place, from: place }),
]
const inText: readonly fc.Arbitrary<Mutation>[] = [
  inserted(words),
  fc.record({
    kind: fc.constant('digits' as const),
    at: place,
    text: fc.constantFrom('0', '-1', '1.5', '1e9', '1e999', '9007199254740991', '4503599627370496', '1e-300'),
  }),
]
const inBytes: readonly fc.Arbitrary<Mutation>[] = [
  fc.record({
    kind: fc.constant('number' as const),
    at: place,
    value: fc.constantFrom(...numbers),
    width: fc.constantFrom(2 as const, 4 as const, 8 as const),
  }),
]
const inJson: readonly fc.Arbitrary<Mutation>[] = [
  fc.record({ kind: fc.constant('json' as const), edit: jsonEdit(place) }),
]

/** The changes of a format, those that keep its structure more often. */
export function mutationsOf(format: Format): fc.Arbitrary<Mutation> {
  switch (format) {
    case 'json':
    case 'safetensors':
      return fc.oneof(...inJson, ...inJson, ...inJson, ...inJson, ...inText, ...general, ...inBytes)
    case 'text':
      return fc.oneof(...inText, ...inText, ...general)
    case 'binary':
      return fc.oneof(...inBytes, ...inBytes, ...general, ...inText)
    case 'pickle':
      return fc.oneof(inserted(instructions), inserted(instructions), ...inBytes, ...general, ...inText)
  }
}

/** Changes an input. @param others of which pieces are taken */
export function mutated(
  input: Uint8Array,
  mutation: Mutation,
  format: Format,
  others: readonly Uint8Array[],
): Uint8Array {
  if (mutation.kind === 'json') return applyJsonEdit(input, mutation.edit, format === 'safetensors')
  if (mutation.kind === 'digits') return withDigits(input, mutation.at, mutation.text)
  const at = Math.floor(mutation.at * input.length)
  const [before, after] = [input.subarray(0, at), input.subarray(at)]
  switch (mutation.kind) {
    case 'flip': {
      const changed = Uint8Array.from(input)
      if (at < changed.length) changed[at] = (changed[at] ?? 0) ^ (1 << mutation.bit)
      return changed
    }
    case 'cut':
      return Uint8Array.from(before)
    case 'remove':
      return joined(before, after.subarray(mutation.length))
    case 'repeat': {
      const piece = after.subarray(0, mutation.length)
      return joined(before, ...Array<Uint8Array>(mutation.times).fill(piece), after)
    }
    case 'insert':
      return joined(before, insertedBytes(mutation.text, format), after)
    case 'number':
      return joined(
        before,
        littleEndian(BigInt.asUintN(8 * mutation.width, mutation.value), 8).subarray(0, mutation.width),
        after.subarray(mutation.width),
      )
    case 'splice': {
      const other = others[Math.floor(mutation.other * (others.length - 1))] ?? input
      return joined(before, other.subarray(Math.floor(mutation.from * other.length)))
    }
  }
}

/** Instructions of pickles are bytes; everything else is text. */
function insertedBytes(text: string, format: Format): Uint8Array {
  return format === 'pickle' ? joined(text) : new TextEncoder().encode(text)
}

/** Puts another number in the place of one that is written out. */
function withDigits(input: Uint8Array, at: number, digits: string): Uint8Array {
  const text = Buffer.from(input).toString('latin1')
  const found = [...text.matchAll(/\d+/g)]
  const chosen = found[Math.floor(at * (found.length - 1))]
  if (chosen === undefined) return input
  return joined(text.slice(0, chosen.index), digits, text.slice(chosen.index + chosen[0].length))
}
