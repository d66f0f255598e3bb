import { InputError } from '../errors'
import { bytesOfTensor } from './element-type'
import { encodeBfloat16, encodeFloat16 } from './half-precision'
import { lengthBytes, maximumHeaderBytes, metadataName } from './header'
import { hasLoneSurrogate, shown } from './json-text'

/** What the header of a file says about a tensor. */
interface TensorOutline {
  readonly name: string
  /** Sizes of the dimensions; empty for a single number. */
  readonly shape: readonly number[]
}

/** A tensor to write. */
export interface NamedTensor extends TensorOutline {
  /** Elements in row-major order, as many as the product of `shape`. */
  readonly data: Float32Array
}

/** A tensor whose numbers are made when it is its turn to be written. */
export interface DeferredTensor extends TensorOutline {
  /** Makes the elements in row-major order, as many as the product of `shape`; called once. */
  read(): Promise<Float32Array>
}

/** How tensors are written. */
export interface EncodeOptions {
  /** Free texts for the header, for example `{ format: 'pt' }`; default none. */
  readonly metadata?: Readonly<Record<string, string>>
  /**
   * Element type of all tensors; default `F32`. `F16` and `BF16` round to the nearest, ties to even; what is too
   * large becomes infinity.
   */
  readonly type?: 'F32' | 'F16' | 'BF16'
}

type StoredType = NonNullable<EncodeOptions['type']>

/** Elements converted at a time. */
const pieceLength = 2 ** 20

const converters = { F16: encodeFloat16, BF16: encodeBfloat16 }

/**
 * Encodes tensors as a safetensors file, byte for byte as the reference implementation does: sorted by name, the
 * header padded with spaces to 8 bytes. All arguments are checked at the call, before the first chunk.
 *
 * @returns the file in chunks; with `F32` they share memory with `data`, so use each before `data` changes
 * @throws InputError naming the tensor, for a name that occurs twice, is reserved or is not valid Unicode, for data
 *   that does not fit its shape, and for a header of more than 100 MB
 */
export function encodeSafetensors(
  tensors: Iterable<NamedTensor>,
  options: EncodeOptions = {},
): Generator<Uint8Array, void, undefined> {
  const { metadata, type = 'F32' } = options
  const sorted = sortByName([...tensors])
  const header = encodeHeader(sorted, metadata, type)
  for (const tensor of sorted) checkData(tensor, tensor.data)
  return chunksOf(header, sorted, type)
}

/**
 * As {@link encodeSafetensors}, for tensors that are read one at a time while the file is written: never more than
 * one of them is in memory.
 *
 * @throws InputError as {@link encodeSafetensors} does; data that does not fit its shape only when it is read
 */
export function encodeDeferredSafetensors(
  tensors: Iterable<DeferredTensor>,
  options: EncodeOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { metadata, type = 'F32' } = options
  const sorted = sortByName([...tensors])
  const header = encodeHeader(sorted, metadata, type)
  return deferredChunksOf(header, sorted, type)
}

function* chunksOf(header: Uint8Array, tensors: readonly NamedTensor[], type: StoredType) {
  yield header
  for (const { data } of tensors) yield* dataChunks(data, type)
}

async function* deferredChunksOf(header: Uint8Array, tensors: readonly DeferredTensor[], type: StoredType) {
  yield header
  for (const tensor of tensors) {
    const data = await tensor.read()
    checkData(tensor, data)
    yield* dataChunks(data, type)
  }
}

function* dataChunks(data: Float32Array, type: StoredType) {
  if (type === 'F32') yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  else yield* convertedChunks(data, converters[type])
}

function* convertedChunks(data: Float32Array, convert: typeof encodeFloat16) {
  const patterns = new Uint32Array(data.buffer, data.byteOffset, data.length)
  for (let start = 0; start < patterns.length; start += pieceLength) {
    const piece = patterns.subarray(start, start + pieceLength)
    const converted = new Uint16Array(piece.length)
    convert(piece, converted)
    yield new Uint8Array(converted.buffer)
  }
}

/** Sorts by the names' UTF-8 bytes, as the reference does; JavaScript's own order differs beyond U+FFFF. */
function sortByName<Outline extends TensorOutline>(tensors: readonly Outline[]): Outline[] {
  return [...tensors].sort((left, right) => compareCodePoints(left.name, right.name))
}

function compareCodePoints(left: string, right: string): number {
  let position = 0
  while (position < left.length && left.charCodeAt(position) === right.charCodeAt(position)) position++
  // A difference in the second half of a pair is one of its code point: both began alike.
  const [first, second] = [left.codePointAt(position), right.codePointAt(position)]
  return (first ?? -1) - (second ?? -1)
}

function encodeHeader(
  tensors: readonly TensorOutline[],
  metadata: EncodeOptions['metadata'],
  type: StoredType,
): Uint8Array {
  const fields = metadata ? [`${JSON.stringify(metadataName)}:${encodeMetadata(metadata)}`] : []
  let offset = 0
  for (const [index, tensor] of tensors.entries()) {
    const end = offset + checkedBytes(tensor, tensors[index - 1], type)
    // Text rather than one object: a name such as "7" or "__proto__" would move or vanish as a property.
    fields.push(
      `${JSON.stringify(tensor.name)}:{"dtype":"${type}","shape":${JSON.stringify(tensor.shape)},` +
        `"data_offsets":[${offset},${end}]}`,
    )
    offset = end
  }
  return frame(new TextEncoder().encode(`{${fields.join(',')}}`))
}

function encodeMetadata(metadata: Readonly<Record<string, string>>): string {
  const texts = Object.entries(metadata).map(([name, text]) => {
    if (typeof text !== 'string' || hasLoneSurrogate(name) || hasLoneSurrogate(text)) {
      throw new InputError(
        `metadata has ${shown(text)} under ${shown(name)}, expected a text of valid Unicode; ` +
          'turn other values into text first',
      )
    }
    return `${JSON.stringify(name)}:${JSON.stringify(text)}`
  })
  return `{${texts.join(',')}}`
}

/** Checks a tensor, given the one before it in the order of names; returns its size in the file in bytes. */
function checkedBytes(
  { name, shape }: TensorOutline,
  previous: TensorOutline | undefined,
  type: StoredType,
): number {
  const where = `tensor ${shown(name)}`
  if (hasLoneSurrogate(name)) {
    throw new InputError(`${where}: the name is not valid Unicode; remove the lone surrogate from it`)
  }
  if (name === metadataName) {
    throw new InputError(`${where}: the name is reserved for free texts; use another name`)
  }
  if (name === previous?.name) throw new InputError(`${where} is there twice, expected once; rename one`)
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new InputError(
      `${where}: shape is ${shown(shape)}, expected whole numbers from 0; correct the shape`,
    )
  }
  const bytes = bytesOfTensor(type, shape)
  if (typeof bytes === 'number') return bytes
  throw new InputError(`${where}: shape is ${shown(shape)}, which has too many elements; correct the shape`)
}

function checkData({ name, shape }: TensorOutline, data: Float32Array): void {
  if (data.length === shape.reduce((product, size) => product * size, 1)) return
  throw new InputError(
    `tensor ${shown(name)}: data has ${data.length} elements, expected the product of the shape ${shown(shape)}; ` +
      'correct one of them',
  )
}

/** Puts the length in front of the header and pads it, so that the data starts at a multiple of 8 bytes. */
function frame(header: Uint8Array): Uint8Array {
  const padded = Math.ceil(header.length / lengthBytes) * lengthBytes
  if (padded > maximumHeaderBytes) {
    throw new InputError(
      `the header takes ${padded} bytes, expected at most ${maximumHeaderBytes}; write several files`,
    )
  }
  const framed = new Uint8Array(lengthBytes + padded).fill(' '.charCodeAt(0))
  new DataView(framed.buffer).setBigUint64(0, BigInt(padded), true)
  framed.set(header, lengthBytes)
  return framed
}
