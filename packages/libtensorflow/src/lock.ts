import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { link, readFile, readlink, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { messageOf, systemCode } from './errors.js'
import { discard, partialName, sweepPartials } from './files.js'
import { isRunning } from './processes.js'

/** Who holds a lock. */
interface Owner {
  /** Different for every lock ever taken. */
  id: string
  /** The computer, its start and its table of processes: where `pid` means something. */
  place: string
  pid: number
  /** When the process started, as the system counts; tells a number that is used again. Null where it cannot be known. */
  started: string | null
}

/** How often an owner shows that it is at work, and how long an owner that is out of sight may keep silent. */
const BEAT_MS = 5_000
const SILENCE_MS = 30_000

/** How long a lock may stay without a name in it: where there are no hard links, its owner may die before it wrote it. */
const NAMELESS_MS = 2_000

const POLL_MS = 100

/**
 * Takes the lock that the file `path` is, waiting while another process holds it. A lock whose owner has died on this
 * computer is taken over at once; one whose owner is elsewhere (a network disk, another container), once it was seen
 * to be silent for half a minute.
 * @param onWait called once when there is something to wait for
 * @returns a function that gives the lock back; it also goes with the process, unless that is killed
 * @throws {Error} of the file system when the lock cannot be made
 */
export async function takeLock(path: string, onWait: () => void): Promise<() => Promise<void>> {
  const content = JSON.stringify(await thisOwner())
  const silence = silenceMeter(path)
  let waited = false
  for (;;) {
    const found = await read(path)
    if (found === null) {
      if (await make(path, content)) break
      continue
    }
    const patience = found.owner === null ? NAMELESS_MS : SILENCE_MS
    if ((await hasDied(found.owner)) || (await silence()) > patience) {
      await breakLock(path, found.content)
      continue
    }
    if (!waited) onWait()
    waited = true
    await setTimeout(POLL_MS)
  }
  await sweepPartials(dirname(path), basename(path))
  return hold(path, content)
}

/** Makes the file in one step with its content, where the disk knows hard links. False when there is one already. */
async function make(path: string, content: string): Promise<boolean> {
  const partial = partialName(path)
  try {
    await writeFile(partial, content, { flag: 'wx', mode: 0o644 })
    await link(partial, path).catch((error: unknown) => {
      if (systemCode(error) === 'EEXIST') throw error
      return writeFile(path, content, { flag: 'wx', mode: 0o644 })
    })
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  } finally {
    await discard(partial)
  }
}

function hold(path: string, content: string): () => Promise<void> {
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), BEAT_MS)
  beat.unref()
  const releaseNow = () => {
    try {
      if (readFileSync(path, 'utf8') === content) rmSync(path)
    } catch {
      // Taken over or gone: there is nothing left to give back.
    }
  }
  process.on('exit', releaseNow)
  return async () => {
    clearInterval(beat)
    process.off('exit', releaseNow)
    releaseNow()
  }
}

/** What a lock holds, or null when it is gone. */
async function read(path: string): Promise<{ content: string; owner: Owner | null } | null> {
  try {
    const content = await readFile(path, 'utf8')
    return { content, owner: parseOwner(content) }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null
    return { content: messageOf(error), owner: null }
  }
}

function parseOwner(content: string): Owner | null {
  try {
    const value: Partial<Owner> | null = JSON.parse(content)
    const whole = typeof value?.place === 'string' && Number.isInteger(value.pid)
    return whole ? (value as Owner) : null
  } catch {
    return null
  }
}

/** Measures for how long the file has stayed the same, with this computer's clock alone. */
function silenceMeter(path: string): () => Promise<number> {
  let last = ''
  let since = performance.now()
  return async () => {
    const facts = await stat(path).catch(() => null)
    const state = facts === null ? '' : `${facts.ino} ${facts.mtimeMs} ${facts.size}`
    if (state !== last) since = performance.now()
    last = state
    return performance.now() - since
  }
}

/** Takes the file away unless it is no longer the lock that was judged. */
async function breakLock(path: string, content: string): Promise<void> {
  const aside = partialName(path)
  try {
    await rename(path, aside)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return
    throw error
  }
  const found = await read(aside)
  // Somebody was quicker and this is their new lock: it goes back, unless a third has made one meanwhile.
  if (found !== null && found.content !== content && (await make(path, found.content))) return discard(aside)
  await rm(aside, { recursive: true, force: true })
}

async function hasDied(owner: Owner | null): Promise<boolean> {
  if (owner === null || owner.place !== (await thisPlace())) return false
  if (!isRunning(owner.pid)) return true
  const { state, started } = await processFacts(owner.pid)
  if (state === 'Z') return true // ended; only its parent has not looked yet
  return owner.started !== null && started !== null && owner.started !== started
}

async function thisOwner(): Promise<Owner> {
  const id = randomBytes(8).toString('hex')
  const { started } = await processFacts(process.pid)
  return { id, place: await thisPlace(), pid: process.pid, started }
}

async function thisPlace(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  const processes = await readlink('/proc/self/ns/pid').catch(() => '')
  return [hostname(), boot.trim(), processes].join(' ').trim()
}

/** Fields 3 and 22 of Linux's `stat`; the name in field 2 may hold anything, so they are counted from its end. */
async function processFacts(pid: number): Promise<{ state: string | null; started: string | null }> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] || null, started: fields[19] ?? null }
}
