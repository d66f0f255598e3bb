import { joined, littleEndian, nestedLists } from '../building/bytes'
import { editedHeader, oneTensor, tensorsAt, withHeader } from '../building/safetensors'
import type { FolderEntry, HostileCase, HostileGroup } from '../hostile-case'

function file(name: string, what: string, content: () => FolderEntry, words: RegExp): HostileCase {
  return {
    name: `safetensors-${name}`,
    what,
    way: 'safetensors',
    content: () => ({ 'model.safetensors': content() }),
    error: 'CheckpointError',
    words,
  }
}

const text = (content: string) => () => new TextEncoder().encode(content)
const megabyte = 2 ** 20

/** `model.safetensors`: its header's length, the header as a text, and what it says of tensors. */
export const safetensorsFiles: HostileGroup = {
  title: 'A safetensors file',
  cases: [
    file('empty', 'has no bytes', () => new Uint8Array(0), /the file has 0 bytes, expected at least 8/),
    file('short', 'ends within its first number', () => new Uint8Array(7), /the file has 7 bytes/),
    file('length-zero', 'has a header of length 0', () => littleEndian(0, 8), /the header starts with ""/),
    file(
      'length-huge',
      'claims a header of 2^64 - 1 bytes',
      () => littleEndian(2n ** 64n - 1n, 8),
      /the header claims 18446744073709551615 bytes, expected at most 100000000/,
    ),
    file(
      'length-past-end',
      'claims a header of 99 MB and has 16 bytes',
      () => joined(littleEndian(99_000_000, 8), new Uint8Array(8)),
      /claims 99000000 bytes, but only 8 follow/,
    ),
    file(
      'length-sparse',
      'has a header of 100 MB of zeros that take no place on the disk',
      () => ({ sparse: 100_000_008, start: littleEndian(100_000_000, 8) }),
      /the header starts with/,
    ),
    file(
      'blank',
      'has a header of 10 MB of spaces',
      () => withHeader(`{${' '.repeat(10_000_000)}`),
      /the header is not valid JSON/,
    ),
    file(
      'invalid-utf8',
      'has a header that is not UTF-8',
      () => withHeader(joined('{"\xff\xfe":1}')),
      /the header is not valid UTF-8/,
    ),
    file(
      'bom',
      'has a byte order mark',
      () => withHeader('\ufeff{}'),
      /the header starts with .*expected "\{"/,
    ),
    file(
      'truncated-json',
      'has JSON that is cut off',
      () => withHeader('{"w":{"dtype":"F32"'),
      /not valid JSON/,
    ),
    file('json-list', 'has a list as its header', () => withHeader('[]'), /the header starts with "\[\]"/),
    file('nan', 'has NaN in its header', () => oneTensorText('"shape":[NaN]'), /not valid JSON/),
    file(
      'infinity',
      'has Infinity in its header',
      () => oneTensorText('"shape":[Infinity]'),
      /not valid JSON/,
    ),
    file(
      'huge-number',
      'has 1e999 as a size',
      () => oneTensorText('"shape":[1e999]'),
      /whole numbers from 0/,
    ),
    file(
      'nested',
      'has 200,000 lists in lists in its header',
      () => withHeader(`{"w":${nestedLists(200_000)}}`),
      /more than 128 levels of nesting/,
    ),
    file(
      'many-lists',
      'has 2 million empty lists in its header, which would take 80 MB',
      () => withHeader(`{"w":[${'[],'.repeat(2_000_000)}[]]}`),
      /more than \d+ (values|lists and objects)/,
    ),
    file(
      'many-numbers',
      'has 5 million numbers in its header',
      () => withHeader(`{"w":[${'0,'.repeat(5_000_000)}0]}`),
      /more than \d+ (values|lists and objects)/,
    ),
    file(
      'duplicate-name',
      'names a tensor twice, once with an escape',
      () => withHeader('{"w":{},"\\u0077":{}}'),
      /the name "w" twice/,
    ),
    file(
      'duplicate-field',
      'gives a tensor two shapes',
      () => oneTensorText('"shape":[4],"shape":[2,2]'),
      /the name "shape" twice inside "w"/,
    ),
    file(
      'metadata-tensor',
      'has a tensor called __metadata__',
      () => oneTensor({}, { name: '__metadata__' }),
      /__metadata__ has \[4\] under "shape", expected a text/,
    ),
    file(
      'proto',
      'has a damaged tensor called __proto__',
      () => oneTensor({ shape: [5] }, { name: '__proto__' }),
      /tensor "__proto__": data_offsets .* span 16 bytes, but F32 of shape \[5\] takes 20/,
    ),
    file(
      'overlap',
      'has two tensors over the same bytes',
      () => tensorsAt({ a: [0, 16], b: [8, 24] }, 24),
      /tensor "b": data_offsets start at 8, expected 16: an overlap/,
    ),
    file(
      'gap',
      'has bytes between tensors that belong to none',
      () => tensorsAt({ a: [0, 8], b: [16, 24] }, 24),
      /tensor "b": data_offsets start at 16, expected 8: a gap/,
    ),
    file(
      'reversed',
      'has offsets that end before they start',
      () => oneTensor({ data_offsets: [16, 0] }),
      /data_offsets is \[16,0\], expected its start not to lie behind its end/,
    ),
    file(
      'negative',
      'has a negative offset',
      () => oneTensor({ data_offsets: [-16, 0] }),
      /data_offsets is \[-16,0\]/,
    ),
    file(
      'fraction',
      'has a fractional offset',
      () => oneTensor({ data_offsets: [0, 15.5] }),
      /data_offsets is \[0,15.5\]/,
    ),
    file(
      'three-offsets',
      'has three offsets',
      () => oneTensor({ data_offsets: [0, 8, 16] }),
      /two whole numbers/,
    ),
    file(
      'span',
      'has a shape that does not fill its span',
      () => oneTensor({ shape: [3] }),
      /span 16 bytes, but F32 of shape \[3\] takes 12/,
    ),
    file(
      'overflow',
      'has sizes whose product overflows',
      () => oneTensor({ shape: [2 ** 40, 2 ** 40] }),
      /overflows/,
    ),
    file(
      'overflow-zero',
      'has an overflow before a zero',
      () => oneTensor({ shape: [2 ** 40, 2 ** 40, 0], data_offsets: [0, 0] }, { data: 0 }),
      /overflows/,
    ),
    file('negative-size', 'has a negative size', () => oneTensor({ shape: [-4] }), /shape is \[-4\]/),
    file('text-size', 'has a size that is a text', () => oneTensor({ shape: ['4'] }), /shape is \["4"\]/),
    file(
      'type',
      'has an unknown type',
      () => oneTensor({ dtype: 'F128' }),
      /dtype is "F128", expected one of/,
    ),
    file(
      'type-proto',
      'has a type called constructor',
      () => oneTensor({ dtype: 'constructor' }),
      /dtype is "constructor"/,
    ),
    file(
      'trailing',
      'has bytes behind its tensors',
      () => oneTensor({}, { data: 17 }),
      /the tensors cover 16 bytes of data, but the file has 17/,
    ),
    file(
      'cut-off',
      'lacks the last byte of its tensors',
      () => oneTensor({}, { data: 15 }),
      /the tensors cover 16 bytes of data, but the file has 15/,
    ),
    file(
      'sparse-data',
      'is cut off in a tensor of 8 GiB',
      () => ({
        sparse: 2 ** 32,
        start: oneTensor({ shape: [2 ** 31], data_offsets: [0, 2 ** 33] }, { data: 0 }),
      }),
      /the tensors cover 8589934592 bytes of data, but the file has/,
    ),
    file(
      'surrogate',
      'has a name with half of a pair of characters',
      () => editedHeader(oneTensor(), (header) => header.replace('"w"', '"\\ud800"')),
      /the name is not valid Unicode/,
    ),
    file(
      'long-name',
      'has a damaged tensor whose name has a million letters',
      () => oneTensor({ shape: [3] }, { name: 'w'.repeat(megabyte) }),
      /tensor "w{79}\.\.\./,
    ),
    file(
      'gguf',
      'is a GGUF file',
      text('GGUF\x03\0\0\0\x23\x01\0\0\0\0\0\0\x16\0\0\0\0\0\0\0'),
      /the header claims/,
    ),
    file(
      'html',
      'is a page of an error',
      text('<!DOCTYPE html><html><body>404</body></html>'),
      /the header claims/,
    ),
    file('pickle', 'is a pickle', text('\x80\x02cos\nsystem\nX\x02\0\0\0ls\x85R.'), /the header claims/),
    file(
      'folder',
      'is a folder',
      () => ({ folder: true }),
      /model\.safetensors is a folder, expected a file/,
    ),
    file('pipe', 'is a pipe', () => ({ pipe: true }), /model\.safetensors is not a regular file/),
    file('loop', 'is a link to itself', () => ({ link: 'model.safetensors' }), /cannot be opened \(ELOOP\)/),
    file('device', 'is a link to endless zeros', () => ({ link: '/dev/zero' }), /is not a regular file/),
  ],
}

/** One tensor whose header has these fields, as text. */
function oneTensorText(fields: string): Uint8Array {
  return withHeader(`{"w":{"dtype":"F32","data_offsets":[0,16],${fields}}}`, new Uint8Array(16))
}
