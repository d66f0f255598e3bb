import { rmSync } from 'node:fs'
import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { InputError } from '../errors'
import { removeLeftOvers, temporaryName } from './temporary-name'

/**
 * Makes a folder that appears with all its files or not at all: `fill` writes into a temporary one beside it, which
 * is then renamed. If anything fails, or the process calls `process.exit`, the temporary folder is removed; what a killed process has
 * left, when the same folder is made again.
 *
 * @param folder does not exist, or is empty; the folder above it exists
 * @throws InputError, before `fill` is called, where the folder cannot be made; errors of `fill` pass through unchanged
 */
export async function writeFolderAtomically(
  folder: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  await checkNewOrEmpty(folder)
  const target = resolve(folder)
  await removeLeftOvers(target)
  const temporary = temporaryName(target)
  await mkdir(temporary).catch((error: NodeJS.ErrnoException) => refuseParent(folder, error))
  const removeAtExit = () => rmSync(temporary, { recursive: true, force: true })
  process.once('exit', removeAtExit)
  try {
    await fill(temporary)
    await moveInPlace(temporary, target)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  } finally {
    process.off('exit', removeAtExit)
  }
}

async function checkNewOrEmpty(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found === undefined) return
  if (!found.isDirectory()) throw new InputError(`${folder} is a file; expected a new or empty folder.`)
  const content = await readdir(folder)
  if (content.length === 0) return
  throw new InputError(
    `The folder ${folder} already holds ${content.length} files, such as ${content[0]}; expected a new or empty one.`,
  )
}

function refuseParent(folder: string, { code }: NodeJS.ErrnoException): never {
  const parent = dirname(resolve(folder))
  const advice =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? `the folder ${parent} does not exist: create it first`
      : `check that the folder ${parent} may be written`
  throw new InputError(`The folder ${folder} could not be made (${code}); ${advice}.`)
}

async function moveInPlace(temporary: string, target: string): Promise<void> {
  // Not every system renames onto an empty folder.
  await rmdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw filledMeanwhile(target, error)
  })
  await rename(temporary, target).catch((error: NodeJS.ErrnoException) => {
    throw filledMeanwhile(target, error)
  })
}

function filledMeanwhile(target: string, error: NodeJS.ErrnoException): InputError {
  return new InputError(
    `The folder ${target} could not be put in its place (${error.code}); something else was written there meanwhile: give a new or empty folder.`,
    { cause: error },
  )
}
