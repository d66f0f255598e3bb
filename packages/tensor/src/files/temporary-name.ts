import { randomBytes } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { stateOf, thisOwner } from './owner'

/** After how long what another computer has left is taken for left, in milliseconds: a day. */
const abandoned = 24 * 3600 * 1000

/**
 * A path beside a target where its content is made. It says which process makes it, so that what a killed one leaves
 * can be told from what is being written. Of bounded length: the target's own may already be as long as the system allows.
 */
export function temporaryName(target: string): string {
  const { place, pid, started } = thisOwner()
  const random = randomBytes(6).toString('hex')
  return join(dirname(target), `${prefixOf(target)}${place}-${pid}-${started}-${random}.tmp`)
}

/** Removes what processes that were killed have left beside a target, as far as the file system lets it. */
export async function removeLeftOvers(target: string): Promise<void> {
  const folder = dirname(target)
  const prefix = prefixOf(target)
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(prefix)) continue
    const path = join(folder, name)
    if (await isLeft(path, name.slice(prefix.length))) {
      await rm(path, { recursive: true, force: true }).catch(() => {})
    }
  }
}

function prefixOf(target: string): string {
  return `.${basename(target).slice(0, 32)}.`
}

async function isLeft(path: string, name: string): Promise<boolean> {
  const [, place, pid, started] = /^([0-9a-f]{16})-(\d+)-(\d+)-[0-9a-f]{12}\.tmp$/.exec(name) ?? []
  if (place === undefined) return false
  const state = stateOf({ place, pid: Number(pid), started: Number(started) })
  if (state !== 'elsewhere') return state === 'ended'
  const found = await stat(path).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > abandoned
}
