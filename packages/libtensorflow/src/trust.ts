import type { Stats } from 'node:fs'
import { lstat, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { InstallError } from './errors.js'

const WRITABLE_BY_ALL = 0o002
const STICKY = 0o1000

/**
 * Looks whether strangers could have put something into a folder of the cache: what lies there is loaded into
 * programs, and the checksums lie beside it. A folder that is not there yet is safe.
 * @throws {InstallError} `unsafe-cache`
 */
export async function requireSafe(folder: string): Promise<void> {
  const facts = await lstat(folder).catch(() => null)
  if (facts === null || process.getuid === undefined) return
  const parent = await stat(dirname(folder))
  const why = dangerOf(facts, parent, process.getuid())
  if (why === null) return
  throw new InstallError(
    'unsafe-cache',
    `${folder} is not used, because ${why}: set TINT_CACHE to a folder of your own, or correct its owner and rights.`,
  )
}

/** Why strangers can change a folder, or null. In a sticky folder such as `/tmp` only an owner can replace it. */
export function dangerOf(
  folder: Pick<Stats, 'mode' | 'uid'>,
  parent: Pick<Stats, 'mode' | 'uid'>,
  user: number,
): string | null {
  const mine = ({ uid }: Pick<Stats, 'uid'>) => uid === user || uid === 0
  const isLink = (folder.mode & 0o170000) === 0o120000
  if (!isLink && folder.mode & WRITABLE_BY_ALL && !(folder.mode & STICKY)) {
    return 'every user of this computer can write there'
  }
  if (!(parent.mode & WRITABLE_BY_ALL)) return null
  if (!(parent.mode & STICKY)) return 'every user of this computer can replace it'
  return mine(folder) ? null : 'another user made it in a folder that everybody can write'
}
