import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/**
 * Makes a folder that appears with all its files or not at all: `fill` writes into a temporary one beside it, which
 * is then renamed. If anything fails, or the process calls `process.exit`, the temporary folder is removed.
 *
 * @param folder does not exist, or is empty; the folder above it exists
 */
export async function writeFolderAtomically(
  folder: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const target = resolve(folder)
  const temporary = join(dirname(target), `.${basename(target).slice(0, 32)}.${randomUUID()}.tmp`)
  const removeAtExit = () => rmSync(temporary, { recursive: true, force: true })
  process.once('exit', removeAtExit)
  try {
    await mkdir(temporary)
    await fill(temporary)
    // Not every system renames onto an empty folder.
    await rmdir(target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  } finally {
    process.off('exit', removeAtExit)
  }
}
