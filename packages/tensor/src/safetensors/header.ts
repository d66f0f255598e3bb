import { CheckpointError } from '../errors'
import { type ByteSource, readExactly } from './byte-source'
import { bytesOfTensor, type ElementType, elementTypes, isElementType } from './element-type'
import { hasLoneSurrogate, isJsonObject, parseUntrustedJson, shown } from './json-text'

/** Bytes of the little-endian number in front of the header that tells the header's length. */
export const lengthBytes = 8

/** The longest header that is read, in bytes: the reference implementation's limit. */
export const maximumHeaderBytes = 100_000_000

/** The header's one name that is not a tensor. */
export const metadataName = '__metadata__'

/** One tensor of a file: what it is and where its bytes are. */
export interface TensorEntry {
  readonly name: string
  readonly type: ElementType
  /** Sizes of the dimensions; empty for a single number. Elements are stored in row-major order. */
  readonly shape: readonly number[]
  /** Position in the file of the first byte. */
  readonly start: number
  /** Position in the file just behind the last byte. */
  readonly end: number
}

/** What a safetensors file says about itself before the data. */
export interface SafetensorsHeader {
  /** The free texts under `__metadata__`; empty where there are none. */
  readonly metadata: ReadonlyMap<string, string>
  /** Tensors by name, in the order of their bytes in the file. */
  readonly tensors: ReadonlyMap<string, TensorEntry>
}

/**
 * Reads and checks the header of a safetensors file; the data is not read. A checkpoint is untrusted input: all
 * checks of the reference implementation are made (length before anything is allocated, UTF-8, types, offsets
 * that are contiguous and cover the file exactly, shape against span), and a name that occurs twice is refused.
 *
 * @throws CheckpointError naming the file, the tensor where there is one, and what is wrong
 */
export async function readSafetensorsHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const headerLength = await readHeaderLength(source)
  const dataStart = lengthBytes + headerLength
  const text = decodeHeader(source.name, await readExactly(source, lengthBytes, dataStart))
  const fields = parseHeader(source.name, text)
  const metadata = readMetadata(source.name, fields[metadataName])
  const entries = Object.entries(fields)
    .filter(([name]) => name !== metadataName)
    .map(([name, value]) => readEntry(source.name, name, value, dataStart))
  return { metadata, tensors: arrange(source, entries, dataStart) }
}

function damaged(file: string, problem: string): CheckpointError {
  return new CheckpointError(`${file}: ${problem}; the file is damaged or not safetensors: get it again`)
}

/** The header's length, and its first byte: most files that are something else are known by them. */
async function readHeaderLength(source: ByteSource): Promise<number> {
  const { name, size } = source
  if (size < lengthBytes) {
    throw damaged(
      name,
      `the file has ${size} bytes, expected at least ${lengthBytes} for the header's length`,
    )
  }
  const bytes = await readExactly(source, 0, Math.min(size, 2 * lengthBytes))
  const length = new DataView(bytes.buffer, bytes.byteOffset, lengthBytes).getBigUint64(0, true)
  if (length > BigInt(maximumHeaderBytes)) {
    throw damaged(name, `the header claims ${length} bytes, expected at most ${maximumHeaderBytes}`)
  }
  if (Number(length) > size - lengthBytes) {
    throw damaged(name, `the header claims ${length} bytes, but only ${size - lengthBytes} follow its length`)
  }
  const start = bytes.subarray(lengthBytes, lengthBytes + Number(length))
  if (start[0] === openBrace) return Number(length)
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(start)
  throw damaged(name, `the header starts with ${shown(text)}, expected "{"`)
}

const openBrace = 0x7b

function decodeHeader(file: string, bytes: Uint8Array): string {
  try {
    // ignoreBOM keeps a byte order mark in the text, where the next check refuses it.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw damaged(file, 'the header is not valid UTF-8')
  }
}

function parseHeader(file: string, text: string): Readonly<Record<string, unknown>> {
  const parsed = parseUntrustedJson(text)
  if ('problem' in parsed) throw damaged(file, `the header ${parsed.problem}`)
  const { value: fields } = parsed
  // Always true after the first check; JSON.parse makes own properties even of names such as __proto__.
  if (!isJsonObject(fields)) throw damaged(file, 'the header is not a JSON object')
  return fields
}

function readMetadata(file: string, value: unknown): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>()
  // The reference reads null as no metadata.
  if (value === undefined || value === null) return metadata
  if (!isJsonObject(value)) {
    throw damaged(file, `${metadataName} is ${shown(value)}, expected an object of texts`)
  }
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') {
      throw damaged(file, `${metadataName} has ${shown(text)} under ${shown(name)}, expected a text`)
    }
    if (hasLoneSurrogate(name) || hasLoneSurrogate(text)) {
      throw damaged(file, `${metadataName} has text under ${shown(name)} that is not valid Unicode`)
    }
    metadata.set(name, text)
  }
  return metadata
}

function readEntry(file: string, name: string, value: unknown, dataStart: number): TensorEntry {
  const problem = (text: string) => damaged(file, `tensor ${shown(name)}: ${text}`)
  if (hasLoneSurrogate(name)) throw problem('the name is not valid Unicode')
  if (!isJsonObject(value)) {
    throw problem(`found ${shown(value)}, expected an object with dtype, shape and data_offsets`)
  }
  const { dtype, shape, data_offsets: offsets } = value
  if (!isElementType(dtype)) {
    throw problem(`dtype is ${shown(dtype)}, expected one of ${elementTypes.join(', ')}`)
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    throw problem(`shape is ${shown(shape)}, expected a list of whole numbers from 0 to 2^53 - 1`)
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw problem(`data_offsets is ${shown(offsets)}, expected two whole numbers from 0 to 2^53 - 1`)
  }
  const [from, to]: number[] = offsets
  if (from === undefined || to === undefined || from > to) {
    throw problem(`data_offsets is ${shown(offsets)}, expected its start not to lie behind its end`)
  }
  const bytes = bytesOfTensor(dtype, shape)
  if (bytes === 'overflow') throw problem(`shape ${shown(shape)} overflows: more than 2^53 - 1 bits`)
  if (bytes === 'fraction') throw problem(`shape ${shown(shape)} of ${dtype} does not fill whole bytes`)
  if (bytes !== to - from) {
    throw problem(
      `data_offsets ${shown(offsets)} span ${to - from} bytes, but ${dtype} of shape ${shown(shape)} takes ${bytes}`,
    )
  }
  return { name, type: dtype, shape, start: dataStart + from, end: dataStart + to }
}

/** Whether a parsed number can be a size or an offset; JSON's `-0` is refused, as the reference does. */
function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && !Object.is(value, -0)
}

/** Sorts entries by position and checks that they cover the file's data without gaps or overlaps. */
function arrange(
  source: ByteSource,
  entries: readonly TensorEntry[],
  dataStart: number,
): ReadonlyMap<string, TensorEntry> {
  const sorted = [...entries].sort((left, right) => left.start - right.start || left.end - right.end)
  let expected = dataStart
  for (const { name, start, end } of sorted) {
    if (start !== expected) {
      const [found, needed] = [start - dataStart, expected - dataStart]
      const kind = found < needed ? 'an overlap' : 'a gap'
      throw damaged(
        source.name,
        `tensor ${shown(name)}: data_offsets start at ${found}, expected ${needed}: ${kind}`,
      )
    }
    expected = end
  }
  if (expected !== source.size) {
    throw damaged(
      source.name,
      `the tensors cover ${expected - dataStart} bytes of data, but the file has ${source.size - dataStart}`,
    )
  }
  return new Map(sorted.map((entry) => [entry.name, entry]))
}
