import { CheckpointError } from '../errors'

/** Bytes that can be read in ranges: a file, a download, a buffer. Works in a browser. */
export interface ByteSource {
  /** What messages call it: a path, an address or a file name. */
  readonly name: string
  /** Length in bytes. */
  readonly size: number
  /** Reads the bytes from `start` up to, not including, `end`; the result may share memory with the source. */
  read(start: number, end: number): Promise<Uint8Array>
}

/** A source over bytes that are already in memory; reads are views of `bytes`, not copies. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.byteLength,
    async read(start, end) {
      checkRange(name, bytes.byteLength, start, end)
      return bytes.subarray(start, end)
    },
  }
}

/**
 * Checks a range before it is read.
 *
 * @throws CheckpointError unless `0 <= start <= end <= size`, all of them integers
 */
export function checkRange(name: string, size: number, start: number, end: number): void {
  const valid = Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end
  if (valid && end <= size) return
  throw new CheckpointError(
    `${name}: bytes ${start} to ${end} were asked for, but the file has ${size} bytes; ` +
      'the entry does not belong to this file, or the file was cut off: get the file again',
  )
}

/**
 * Reads a range and insists on all of it.
 *
 * @throws CheckpointError when the source returns another number of bytes than asked for
 */
export async function readExactly(source: ByteSource, start: number, end: number): Promise<Uint8Array> {
  checkRange(source.name, source.size, start, end)
  const bytes = await source.read(start, end)
  if (bytes.byteLength === end - start) return bytes
  throw new CheckpointError(
    `${source.name}: got ${bytes.byteLength} bytes where ${end - start} were asked for ` +
      `(from ${start} to ${end}); the file changed while it was read: read it again`,
  )
}
