import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { InstallError } from './errors.js'

/** What to do where there is no room for the cache. */
export const MAKE_ROOM = 'free some space there, or set TINT_CACHE to a folder on another disk'

/**
 * Looks whether a folder of the cache has room on its disk. Does nothing where the system does not tell.
 * @throws {InstallError} `disk-full` with what is needed and what is free
 */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const free = await freeBytes(folder)
  if (free === null || free >= bytes) return
  throw new InstallError(
    'disk-full',
    `The cache ${dirname(folder)} needs ${megabytes(bytes, Math.ceil)} and its disk has ${megabytes(free, Math.floor)} free; ${MAKE_ROOM}.`,
  )
}

/** What this user may still write on a folder's disk; of the nearest folder above where it is not there yet. */
async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { blocks, bavail, bsize } = await statfs(folder)
    return blocks === 0 ? null : bavail * bsize
  } catch {
    return dirname(folder) === folder ? null : freeBytes(dirname(folder))
  }
}

/** Megabytes; `round` is up for what is needed and down for what is free. */
function megabytes(bytes: number, round: (value: number) => number): string {
  return `${round(bytes / 1e6)} MB`
}
