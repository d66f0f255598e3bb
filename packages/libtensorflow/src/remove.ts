import { rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cacheFolder, withLock } from './cache.js'
import { bindingPath } from './compile.js'
import { InstallError, messageOf, systemCode } from './errors.js'
import { exists, partialName } from './files.js'
import { findPackage } from './locate.js'
import { withPackage } from './place.js'
import { type Machine, thisMachine } from './platform.js'
import type { Environment } from './processes.js'
import { type Reporter, silentReporter } from './report.js'

export interface RemoveOptions {
  cwd?: string
  packageFolder?: string
  /** Delete the cache of all projects as well. */
  cache?: boolean
  reporter?: Reporter
  env?: Environment
  machine?: Machine
}

export interface RemoveResult {
  /** The folders that were deleted. */
  removed: string[]
}

/**
 * Takes the native library and the binding out of a project; the npm package itself stays.
 * @throws {InstallError} `cannot-write`; `package-not-found` when there are several copies to choose from
 */
export async function removeNative(options: RemoveOptions = {}): Promise<RemoveResult> {
  const {
    cwd = process.cwd(),
    env = process.env,
    machine = thisMachine(),
    reporter = silentReporter,
  } = options
  const found = findPackage(cwd, options.packageFolder)
  const removed: string[] = []
  if (found !== null) {
    removed.push(...(await removeFromPackage(found.folder, reporter)))
  }
  if (options.cache) {
    const cache = cacheFolder(env, machine.os)
    removed.push(...(await withLock(cache, reporter, () => removeFolders([cache]))))
  }
  return { removed }
}

async function removeFromPackage(packageFolder: string, reporter: Reporter): Promise<string[]> {
  const binding = dirname(bindingPath(packageFolder))
  const folders = [binding, join(packageFolder, 'deps')]
  if (!(await Promise.all(folders.map(exists))).includes(true)) return []
  return withPackage(packageFolder, reporter, async () => {
    const removed = await removeFolders(folders)
    await rmdir(dirname(binding)).catch(() => {}) // only when it is empty
    return removed
  })
}

/** Moves each folder aside before it deletes it, so that it is never seen half-deleted. */
async function removeFolders(folders: string[]): Promise<string[]> {
  const removed: string[] = []
  for (const folder of folders) {
    const partial = partialName(folder)
    try {
      await rename(folder, partial)
      await rm(partial, { recursive: true, force: true })
      removed.push(folder)
    } catch (error) {
      if (systemCode(error) === 'ENOENT') continue
      throw new InstallError('cannot-write', `Cannot delete ${folder} (${messageOf(error)}).`, {
        cause: error,
      })
    }
  }
  return removed
}
