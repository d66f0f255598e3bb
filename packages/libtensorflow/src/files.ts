import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  copyFile,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemCode } from './errors.js'
import { isRunning } from './processes.js'

/** What is written down about a file. */
export interface FileFacts {
  bytes: number
  sha256: string
}

/** Facts by path, relative to a folder, with `/`. */
export type FileTable = Record<string, FileFacts>

/** Deletes what a failed or finished work left; what made it fail counts, not this. */
export async function discard(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {})
}

/** A name beside `path` that nobody else uses. */
export function partialName(path: string): string {
  return `${path}.partial-${process.pid}-${randomBytes(4).toString('hex')}`
}

const PARTIAL = /\.partial-(\d+)-/

/**
 * Deletes what killed processes left in a folder under names of {@link partialName} that begin with `start`. What a running process may still
 * write to stays, and so does what cannot be deleted: the next time will do.
 */
export async function sweepPartials(folder: string, start = ''): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const owner = Number(PARTIAL.exec(name)?.[1] ?? process.pid)
    const left = PARTIAL.test(name) && name.startsWith(start) && (owner === process.pid || !isRunning(owner))
    if (left) await discard(join(folder, name))
  }
}

export async function sha256OfFile(
  path: string,
  onBytes: (count: number) => void = () => {},
): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    onBytes(chunk.length)
  }
  return hash.digest('hex')
}

/** The size of a file (links followed), or null where there is none. */
export async function sizeOfFile(path: string): Promise<number | null> {
  try {
    const facts = await stat(path)
    return facts.isFile() ? facts.size : null
  } catch {
    return null
  }
}

export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

/** The parsed JSON of a file, or undefined where there is none or it is damaged. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** Writes a whole file or nothing. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const partial = partialName(path)
  try {
    await writeFile(partial, `${JSON.stringify(value, null, 2)}\n`, { flush: true })
    await rename(partial, path)
  } catch (error) {
    await discard(partial)
    throw error
  }
}

/** Puts a copy of a file in place, whole or not at all. */
export async function copyWhole(from: string, to: string): Promise<void> {
  const partial = partialName(to)
  try {
    await mkdir(dirname(to), { recursive: true })
    await copyFile(from, partial)
    await rename(partial, to)
  } catch (error) {
    await discard(partial)
    throw error
  }
}

/** Puts a folder in the place of another, which is moved aside first and then deleted. */
export async function replaceFolder(partial: string, folder: string): Promise<void> {
  const old = `${partial}.old`
  const moved = await rename(folder, old).then(
    () => true,
    (error: unknown) => {
      if (systemCode(error) === 'ENOENT') return false
      throw error
    },
  )
  try {
    await rename(partial, folder)
  } catch (error) {
    if (moved) await rename(old, folder)
    throw error
  }
  await discard(old)
}

export type LinkKind = 'hardlink' | 'symlink' | 'copy'

/**
 * Makes `to` another name of the file `from`. A hard link outlives the cache but needs the same disk;
 * a symbolic link needs neither a right on the file nor its disk; a copy always works.
 */
export async function linkFile(from: string, to: string): Promise<LinkKind> {
  await mkdir(dirname(to), { recursive: true })
  const ways: [LinkKind, () => Promise<void>][] = [
    ['hardlink', () => link(from, to)],
    ['symlink', () => symlink(from, to)],
  ]
  for (const [kind, make] of ways) {
    try {
      await make()
      return kind
    } catch (error) {
      if (systemCode(error) === 'EEXIST') throw error
    }
  }
  await copyFile(from, to)
  return 'copy'
}
