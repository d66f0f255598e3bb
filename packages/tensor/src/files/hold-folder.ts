import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { link, lstat, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { InputError } from '../errors'
import { type Owner, stateOf, thisOwner } from './owner'
import { removeLeftOvers, temporaryName } from './temporary-name'
import { writeError } from './write-error'

/** The file by which a process holds a folder. */
export const holdName = '.in-use'

/** How often a holder shows that it is at work, and how long one that is out of sight may keep silent, in milliseconds. */
const beat = 5_000
const silence = 60_000

/** How to hold a folder. */
export interface HoldOptions {
  /** What to do when another process holds it, for the message. */
  readonly advice: string
  /** Told when the holder is out of sight, and has to be watched for so many seconds. */
  readonly onWatch?: ((seconds: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** How long a holder that is out of sight may keep silent, in milliseconds; default a minute. */
  readonly silence?: number | undefined
}

interface Holder extends Owner {
  readonly id: string
  readonly host: string
}

/**
 * Holds a folder for this process, which others that ask are told. A holder that has ended on this computer, killed or
 * not, is no obstacle; of one on another computer, or in another container, it is watched for a minute whether it lives.
 *
 * @param folder exists
 * @returns gives the folder back; that also happens when the process exits
 * @throws InputError when a running process holds it, or the file system refuses
 */
export async function holdFolder(folder: string, options: HoldOptions): Promise<() => void> {
  const path = join(folder, holdName)
  const holder: Holder = { ...thisOwner(), id: randomBytes(8).toString('hex'), host: hostname() }
  const content = JSON.stringify(holder)
  await removeLeftOvers(path)
  for (;;) {
    const failure = await make(path, content)
    if (failure === undefined) return keep(path, content)
    if (failure.code !== 'EEXIST') throw writeError(path, failure)
    const found = await readHolder(path, folder, options)
    if (found === undefined) continue
    const other = parse(found)
    const state = other === undefined ? 'elsewhere' : stateOf(other)
    if (state === 'running' || (state === 'elsewhere' && (await isAlive(path, options)))) {
      throw new InputError(`${holderText(other)} is at work in the folder ${folder}; ${options.advice}`)
    }
    await takeAway(path, found)
  }
}

/**
 * What the holder has written; undefined where it has just gone.
 *
 * @throws InputError for what cannot be read, such as another user's, and for what is no file
 */
async function readHolder(path: string, folder: string, options: HoldOptions): Promise<string | undefined> {
  try {
    if (!(await lstat(path)).isFile()) {
      throw new InputError(`${path} is no file; remove it, or give another folder.`)
    }
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof InputError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new InputError(
      `The folder ${folder} is held by ${holdName}, which cannot be read (${code}); ${options.advice}`,
    )
  }
}

function holderText(other: Holder | undefined): string {
  if (other === undefined) return 'Another process'
  return `Process ${other.pid}${other.host === hostname() ? '' : ` of ${other.host}`}`
}

/** Makes the file in one step with its content, where the file system knows hard links. */
async function make(path: string, content: string): Promise<NodeJS.ErrnoException | undefined> {
  const temporary = temporaryName(path)
  try {
    await writeFile(temporary, content, { flag: 'wx' })
    await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error
      return writeFile(path, content, { flag: 'wx' })
    })
    return undefined
  } catch (error) {
    return error as NodeJS.ErrnoException
  } finally {
    await rm(temporary, { force: true }).catch(() => {})
  }
}

function keep(path: string, content: string): () => void {
  const beating = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), beat)
  beating.unref()
  const release = () => {
    clearInterval(beating)
    process.off('exit', release)
    try {
      if (readFileSync(path, 'utf8') === content) rmSync(path)
    } catch {
      // Gone with its folder, or taken over: there is nothing to give back.
    }
  }
  process.on('exit', release)
  return release
}

/** Whether the file changes while it is watched, by this computer's running time alone: clocks may differ or jump. */
async function isAlive(path: string, options: HoldOptions): Promise<boolean> {
  const patience = options.silence ?? silence
  const before = await changed(path)
  options.onWatch?.(patience / 1000)
  for (let waited = 0; waited < patience; waited += 250) {
    await wait(Math.min(250, patience), undefined, options.signal && { signal: options.signal }).catch(() =>
      options.signal?.throwIfAborted(),
    )
    const now = await changed(path)
    if (now === undefined) return false
    if (now !== before) return true
  }
  return false
}

async function changed(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  return found && `${found.ino} ${found.mtimeMs}`
}

/** Takes the file away, unless somebody was quicker and it is another one now. */
async function takeAway(path: string, content: string): Promise<void> {
  const aside = temporaryName(path)
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  )
  if (!moved) return
  const found = await readFile(aside, 'utf8').catch(() => content)
  if (found !== content) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
}

function parse(content: string): Holder | undefined {
  try {
    const { place, pid, started, id, host } = JSON.parse(content) as Partial<Holder>
    const isWhole = typeof place === 'string' && typeof host === 'string' && typeof id === 'string'
    if (!isWhole || !Number.isInteger(pid) || typeof started !== 'number') return undefined
    return { place, pid: pid as number, started, id, host }
  } catch {
    return undefined
  }
}
