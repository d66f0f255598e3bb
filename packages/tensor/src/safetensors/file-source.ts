import { type FileHandle, open, stat } from 'node:fs/promises'
import { CheckpointError } from '../errors'
import { type ByteSource, checkRange } from './byte-source'

/** The most bytes asked of the operating system at once; some refuse 2 GiB and more. */
const largestRead = 2 ** 30

/**
 * Opens a file for range reads; reads may run at the same time. Call `close` when done.
 *
 * @throws CheckpointError when the file is missing, is not a regular file or may not be read; later also when it
 *   became shorter while it was open
 */
export async function openFileSource(path: string): Promise<ByteSource & { close(): Promise<void> }> {
  const handle = await openRegularFile(path)
  const { size } = await handle.stat()
  return {
    name: path,
    size,
    async read(start, end) {
      checkRange(path, size, start, end)
      return readRange(path, handle, start, end)
    },
    close: () => handle.close(),
  }
}

async function openRegularFile(path: string): Promise<FileHandle> {
  try {
    // Before opening: opening a named pipe waits for its other end.
    const status = await stat(path)
    if (status.isFile()) return await open(path, 'r')
    const kind = status.isDirectory() ? 'a folder' : 'not a regular file'
    throw new CheckpointError(`${path} is ${kind}, expected a file; give the path of a file`)
  } catch (error) {
    if (error instanceof CheckpointError) throw error
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const missing = code === 'ENOENT' || code === 'ENOTDIR'
    const problem = missing ? 'does not exist' : `cannot be opened (${code ?? error})`
    const advice = missing ? 'check the path' : 'check its permissions'
    throw new CheckpointError(`${path} ${problem}, expected a file that can be read; ${advice}`, {
      cause: error,
    })
  }
}

async function readRange(path: string, handle: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start)
  let filled = 0
  while (filled < bytes.length) {
    const length = Math.min(bytes.length - filled, largestRead)
    const { bytesRead } = await handle.read(bytes, filled, length, start + filled)
    if (bytesRead === 0) {
      throw new CheckpointError(
        `${path} ended at byte ${start + filled}, expected ${end} or more; it became shorter while it was read: ` +
          'wait until nothing writes it, then read it again',
      )
    }
    filled += bytesRead
  }
  return bytes
}
