import { rmSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { removeLeftOvers, temporaryName } from './temporary-name'
import { writeError } from './write-error'

/** Temporary files of writes that are under way; removed when the process exits in the middle. */
const temporaryFiles = new Set<string>()
let removesAtExit = false

/**
 * Writes a file so that its path holds either the whole new content or what was there before: the chunks go to a
 * temporary file in the same folder, which is flushed to the disk and then renamed. If anything fails, also inside
 * `chunks`, or the process calls `process.exit`, the temporary file is removed; what a killed process has left, by the next
 * write of the same file. An existing file is replaced; a
 * symbolic link is replaced, not followed.
 *
 * @param path the file; its folder must exist
 * @param chunks the content in order; texts are written as UTF-8. A chunk may be reused once the next is asked for
 * @throws InputError when the file system refuses, naming the path; errors of `chunks` pass through unchanged
 */
export async function writeFileAtomically(
  path: string,
  chunks: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>,
): Promise<void> {
  await removeLeftOvers(path)
  const temporary = temporaryName(path)
  const handle = await explained(path, () => open(temporary, 'wx'))
  removeAtExit(temporary)
  try {
    await writeAndClose(path, handle, chunks)
    await explained(path, () => rename(temporary, path))
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  } finally {
    temporaryFiles.delete(temporary)
  }
  await flushFolder(dirname(path))
}

async function writeAndClose(
  path: string,
  handle: FileHandle,
  chunks: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>,
): Promise<void> {
  try {
    for await (const chunk of chunks) {
      const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
      await explained(path, () => handle.writeFile(bytes))
    }
    await explained(path, () => handle.sync())
  } finally {
    await handle.close()
  }
}

/** Runs a step on the file system; its failure becomes an error that says which file and what to do. */
async function explained<Result>(path: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step()
  } catch (error) {
    throw writeError(path, error)
  }
}

function removeAtExit(temporary: string): void {
  temporaryFiles.add(temporary)
  if (removesAtExit) return
  removesAtExit = true
  process.on('exit', () => {
    for (const file of temporaryFiles) rmSync(file, { force: true })
  })
}

/** Makes the rename itself survive a loss of power, where the system can flush folders (Windows cannot). */
async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch {
    // The file itself is complete and flushed; only its name might still be the old one after a power loss.
  }
}
