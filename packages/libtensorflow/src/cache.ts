import { rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { InstallError, systemCode, writing } from './errors.js'
import {
  discard,
  type FileTable,
  partialName,
  readJson,
  replaceFolder,
  sha256OfFile,
  sizeOfFile,
  sweepPartials,
  writeJson,
} from './files.js'
import { takeLock } from './lock.js'
import type { Environment } from './processes.js'
import type { Reporter } from './report.js'
import { MAKE_ROOM } from './space.js'

/** What lies in a folder of the cache and where it came from. */
export interface Manifest {
  format: 1
  key: string
  /** The wheels (or the folder) it was made from; `verified` where the checksum was a known one. */
  sources: { file: string; sha256: string; verified: boolean }[]
  files: FileTable
}

const MANIFEST = 'manifest.json'

const WRITE_ADVICE = {
  what: 'the cache',
  whenFull: MAKE_ROOM,
  otherwise: 'set TINT_CACHE to a folder that can be written',
}

/**
 * The folder of this package's downloads: `$TINT_CACHE`, or the user's usual cache folder.
 * @throws {InstallError} `cannot-write` for a user without home
 */
export function cacheFolder(env: Environment, os: string): string {
  return join(baseCacheFolder(env, os), 'libtensorflow')
}

function baseCacheFolder(env: Environment, os: string): string {
  if (env.TINT_CACHE) return resolve(env.TINT_CACHE)
  // The standard says to ignore a relative path: it would mean another folder from each folder it is used in.
  if (os !== 'darwin' && isAbsolute(env.XDG_CACHE_HOME ?? '')) return join(env.XDG_CACHE_HOME ?? '', 'tint')
  const home = env.HOME || homeOfAccount()
  if (!isAbsolute(home)) {
    throw new InstallError(
      'cannot-write',
      'There is no place for downloads, as this user has no home folder (HOME is not set): set TINT_CACHE to a folder.',
    )
  }
  return os === 'darwin' ? join(home, 'Library', 'Caches', 'tint') : join(home, '.cache', 'tint')
}

function homeOfAccount(): string {
  try {
    return userInfo().homedir
  } catch {
    return '' // a user id without account, as in containers
  }
}

/** The manifest of a folder of the cache whose files are all there with their sizes, else null. */
export async function readEntry(folder: string): Promise<Manifest | null> {
  const manifest = await readJson(join(folder, MANIFEST))
  if (!isManifest(manifest)) return null
  for (const [path, { bytes }] of Object.entries(manifest.files)) {
    if ((await sizeOfFile(join(folder, path))) !== bytes) return null
  }
  return manifest
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false
  const { format, key, sources, files } = value as Partial<Manifest>
  return (
    format === 1 &&
    typeof key === 'string' &&
    Array.isArray(sources) &&
    typeof files === 'object' &&
    files !== null
  )
}

/** Whether the files still have the checksums of their manifest. */
export async function isIntact(folder: string, manifest: Manifest, reporter: Reporter): Promise<boolean> {
  const total = Object.values(manifest.files).reduce((sum, { bytes }) => sum + bytes, 0)
  let done = 0
  for (const [path, { sha256 }] of Object.entries(manifest.files)) {
    const actual = await sha256OfFile(join(folder, path), (count) => {
      done += count
      reporter.progress('Checking the cache', done, total)
    })
    if (actual !== sha256) return false
  }
  return true
}

/**
 * Makes a folder of the cache: `fill` writes into a temporary folder beside it, which gets its name when it is whole.
 * @throws {InstallError} `cannot-write`, and whatever `fill` throws
 */
export async function createEntry(
  folder: string,
  fill: (partial: string) => Promise<Manifest>,
): Promise<Manifest> {
  const partial = partialName(folder)
  const removeNow = () => rmSync(partial, { recursive: true, force: true })
  process.on('exit', removeNow)
  try {
    return await writing(folder, WRITE_ADVICE, async () => {
      await mkdir(dirname(partial), { recursive: true, mode: 0o755 })
      await mkdir(partial, { mode: 0o755 })
      const manifest = await fill(partial)
      await writeJson(join(partial, MANIFEST), manifest)
      await replaceFolder(partial, folder)
      return manifest
    })
  } finally {
    process.off('exit', removeNow)
    await discard(partial)
  }
}

/**
 * Runs `work` while no other process works on this cache. Where the cache cannot be written it runs without
 * a lock: nothing half-written is ever visible, so the lock only saves doing the same work twice.
 */
export async function withLock<T>(cache: string, reporter: Reporter, work: () => Promise<T>): Promise<T> {
  const release = await lock(cache, reporter)
  try {
    if (release !== null) await sweepPartials(cache)
    return await work()
  } finally {
    await release?.()
  }
}

async function lock(cache: string, reporter: Reporter): Promise<(() => Promise<void>) | null> {
  const tellWaiting = () => reporter.line('Another installation is at work; waiting for it.')
  try {
    await mkdir(dirname(cache), { recursive: true, mode: 0o755 })
    return await takeLock(`${cache}.lock`, tellWaiting)
  } catch (error) {
    if (systemCode(error) !== undefined) return null
    throw error
  }
}
