import { CheckpointError } from '../errors'
import { type ByteSource, readExactly } from './byte-source'
import { bytesOfTensor } from './element-type'
import { decodeBfloat16, decodeFloat16 } from './half-precision'
import type { TensorEntry } from './header'
import { shown } from './json-text'

/** Bytes read at a time, a multiple of every element's size: memory peaks at the output and one such piece. */
const pieceBytes = 4 * 2 ** 20

/** How one stored type becomes float32: bytes of an element, and the conversion of a piece. */
interface Conversion {
  readonly bytes: number
  convert(piece: Uint8Array, target: Float32Array): void
}

/*
 * The typed arrays below read in the machine's own byte order. The format is little-endian, and so is every
 * machine that runs current JavaScript engines.
 */
const conversions: ReadonlyMap<string, Conversion> = new Map([
  [
    'F32',
    {
      bytes: 4,
      convert: (piece, target) => new Uint8Array(target.buffer, target.byteOffset, piece.length).set(piece),
    },
  ],
  ['F16', { bytes: 2, convert: (piece, target) => decodeFloat16(as16Bits(piece), as32Bits(target)) }],
  ['BF16', { bytes: 2, convert: (piece, target) => decodeBfloat16(as16Bits(piece), as32Bits(target)) }],
  ['F64', { bytes: 8, convert: (piece, target) => target.set(as64BitNumbers(piece)) }],
])

/**
 * Reads one tensor as float32. `F16` and `BF16` are exact, `F64` is rounded to the nearest (beyond float32's range
 * to infinity). Bytes are little-endian, elements in row-major order.
 *
 * @returns a fresh array with as many elements as the product of `entry.shape`
 * @throws CheckpointError for other types, for an entry that does not fit itself or the source, and where the
 *   memory is not available
 */
export async function readTensorData(source: ByteSource, entry: TensorEntry): Promise<Float32Array> {
  const where = `${source.name}: tensor ${shown(entry.name)}`
  const conversion = conversions.get(entry.type)
  if (!conversion) {
    const supported = [...conversions.keys()].join(', ')
    throw new CheckpointError(
      `${where} has type ${entry.type}, but numbers can be read from ${supported} only; convert the checkpoint`,
    )
  }
  const bytes = bytesOfTensor(entry.type, entry.shape)
  if (bytes !== entry.end - entry.start) {
    throw new CheckpointError(
      `${where} spans ${entry.end - entry.start} bytes, but ${entry.type} of shape ${shown(entry.shape)} takes ` +
        `${bytes}; take the entry from the file's own header`,
    )
  }
  const values = allocate(where, bytes / conversion.bytes)
  for (let position = 0; position < bytes; position += pieceBytes) {
    const stop = Math.min(position + pieceBytes, bytes)
    const piece = await readExactly(source, entry.start + position, entry.start + stop)
    const target = values.subarray(position / conversion.bytes, stop / conversion.bytes)
    conversion.convert(piece, target)
  }
  return values
}

function allocate(where: string, count: number): Float32Array {
  try {
    return new Float32Array(count)
  } catch (error) {
    const message = `${where} needs ${count * 4} bytes of memory, which are not available; use a smaller model`
    throw new CheckpointError(message, { cause: error })
  }
}

function as32Bits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length)
}

function as16Bits(piece: Uint8Array): Uint16Array {
  const bytes = aligned(piece, 2)
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
}

function as64BitNumbers(piece: Uint8Array): Float64Array {
  const bytes = aligned(piece, 8)
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8)
}

/** The bytes themselves where a view of `width`-byte elements can start there, else a copy. */
function aligned(bytes: Uint8Array, width: number): Uint8Array {
  // new Uint8Array rather than slice: slice of a Buffer is a view of the same memory.
  return bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes)
}
