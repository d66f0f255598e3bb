import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cacheFolder } from './cache.js'
import { bindingPath } from './compile.js'
import { InstallError, messageOf, systemCode } from './errors.js'
import { exists, partialName } from './files.js'
import { findPackage } from './locate.js'
import { type Machine, thisMachine } from './platform.js'
import type { Environment } from './processes.js'

export interface RemoveOptions {
  cwd?: string
  packageFolder?: string
  /** Delete the cache of all projects as well. */
  cache?: boolean
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
  const { cwd = process.cwd(), env = process.env, machine = thisMachine() } = options
  const found = findPackage(cwd, options.packageFolder)
  const folders = found === null ? [] : [dirname(bindingPath(found.folder)), join(found.folder, 'deps')]
  if (options.cache) folders.push(cacheFolder(env, machine.os))
  const removed: string[] = []
  for (const folder of folders) {
    if (!(await exists(folder))) continue
    await removeFolder(folder)
    removed.push(folder)
  }
  return { removed }
}

async function removeFolder(folder: string): Promise<void> {
  const partial = partialName(folder)
  try {
    await rename(folder, partial)
    await rm(partial, { recursive: true, force: true })
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return
    throw new InstallError('cannot-write', `Cannot delete ${folder} (${messageOf(error)}).`, { cause: error })
  }
}
