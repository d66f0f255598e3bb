import { rmSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import lockfile from 'proper-lockfile'
import { InstallError, messageOf, systemCode } from './errors.js'
import {
  discard,
  type FileTable,
  partialName,
  readJson,
  replaceFolder,
  sha256OfFile,
  sizeOfFile,
  writeJson,
} from './files.js'
import type { Environment } from './processes.js'
import type { Reporter } from './report.js'

/** What lies in a folder of the cache and where it came from. */
export interface Manifest {
  format: 1
  key: string
  /** The wheels (or the folder) it was made from; `verified` where the checksum was a known one. */
  sources: { file: string; sha256: string; verified: boolean }[]
  files: FileTable
}

const MANIFEST = 'manifest.json'

/** What the system says when a folder cannot take a file. */
const WRITE_ERRORS = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST'])

/** The folder of this package's downloads: `$TINT_CACHE`, or the user's usual cache folder. */
export function cacheFolder(env: Environment, os: string): string {
  return join(baseCacheFolder(env, os), 'libtensorflow')
}

function baseCacheFolder(env: Environment, os: string): string {
  if (env.TINT_CACHE) return resolve(env.TINT_CACHE)
  const home = env.HOME || homedir()
  if (os === 'darwin') return join(home, 'Library', 'Caches', 'tint')
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'tint')
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
    return await writable(folder, async () => {
      await mkdir(partial, { recursive: true })
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

async function writable<T>(folder: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (!WRITE_ERRORS.has(systemCode(error) ?? '')) throw error
    throw new InstallError(
      'cannot-write',
      `Cannot write the cache ${folder} (${messageOf(error)}); free some space there or set TINT_CACHE to another folder.`,
      { cause: error },
    )
  }
}

/**
 * Runs `work` while no other process works on this cache. Where the cache cannot be written it runs without
 * a lock: nothing half-written is ever visible, so the lock only saves doing the same work twice.
 */
export async function withLock<T>(cache: string, reporter: Reporter, work: () => Promise<T>): Promise<T> {
  const release = await lock(cache, reporter)
  try {
    if (release !== null) await sweep(cache)
    return await work()
  } finally {
    await release?.()
  }
}

async function lock(cache: string, reporter: Reporter): Promise<(() => Promise<void>) | null> {
  const options = {
    realpath: false,
    lockfilePath: `${cache}.lock`,
    stale: 30_000,
    update: 5_000,
    onCompromised: () => {}, // a lost lock is no reason to stop: two at the same work only do it twice
  }
  try {
    await mkdir(dirname(cache), { recursive: true })
    return await lockfile.lock(cache, options)
  } catch (error) {
    if (systemCode(error) !== 'ELOCKED') return null
  }
  reporter.line('Another installation is at work; waiting for it.')
  return lockfile.lock(cache, {
    ...options,
    retries: { retries: 3600, factor: 1, minTimeout: 1000, maxTimeout: 1000 },
  })
}

/** Deletes what a killed installation left. Only under the lock. */
async function sweep(cache: string): Promise<void> {
  for (const name of await readdir(cache).catch(() => [])) {
    if (name.includes('.partial-')) await rm(join(cache, name), { recursive: true, force: true })
  }
}
