import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Advice, adviceFor } from './advice.js'
import { cacheFolder, readEntry } from './cache.js'
import { bindingPath } from './compile.js'
import { InstallError } from './errors.js'
import { exists } from './files.js'
import { type FoundPackage, findPackage } from './locate.js'
import { readRecord, whatIsMissing } from './place.js'
import { type Machine, targetsOf, thisMachine } from './platform.js'
import type { Environment } from './processes.js'
import { type LoadResult, verifyLoads } from './verify.js'

export interface StatusOptions {
  cwd?: string
  packageFolder?: string
  env?: Environment
  machine?: Machine
}

export interface NativeStatus {
  platform: { name: string; supported: boolean }
  package: FoundPackage | null
  /** What this package installed; null where it did not, even if something else put a library there. */
  library: { version: string; target: string; missing: string | null } | null
  binding: { path: string; present: boolean } | null
  /** Null where there is nothing to load. */
  loads: LoadResult | null
  /** The path is null for a user who has no place for it. */
  cache: { path: string | null; entries: string[] }
  /** What to do; null where the engine works. */
  advice: Advice | null
}

/**
 * Tells how a project's native engine is, and tries it.
 * @throws {InstallError} `package-not-found` when there are several copies to choose from
 */
export async function nativeStatus(options: StatusOptions = {}): Promise<NativeStatus> {
  const { cwd = process.cwd(), env = process.env, machine = thisMachine() } = options
  const found = findPackage(cwd, options.packageFolder)
  const record = found && (await readRecord(found.folder))
  const missing = found && record && (await whatIsMissing(found.folder, record))
  const binding = found && (await bindingOf(found.folder))
  const loads = found && binding?.present ? await verifyLoads(found.folder, env) : null
  return {
    platform: { name: `${machine.os}-${machine.arch}`, supported: targetsOf(machine).length > 0 },
    package: found,
    library: record && { version: record.tensorflow, target: record.target, missing },
    binding,
    loads,
    cache: await cacheOf(env, machine),
    advice: adviceFor({ machine, cwd, explicit: options.packageFolder, found, record, missing, loads }),
  }
}

async function bindingOf(packageFolder: string): Promise<{ path: string; present: boolean }> {
  const path = bindingPath(packageFolder)
  return { path, present: await exists(path) }
}

async function cacheOf(env: Environment, machine: Machine): Promise<NativeStatus['cache']> {
  try {
    const path = cacheFolder(env, machine.os)
    return { path, entries: await entriesOf(path) }
  } catch (error) {
    if (error instanceof InstallError) return { path: null, entries: [] }
    throw error
  }
}

async function entriesOf(cache: string): Promise<string[]> {
  const names = (await readdir(cache).catch(() => [])).filter((name) => !/\.(partial-|lock$)/.test(name))
  const whole = await Promise.all(names.map(async (name) => (await readEntry(join(cache, name))) !== null))
  return names.filter((_, index) => whole[index])
}
