import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder, readEntry } from './cache.js'
import { bindingPath } from './compile.js'
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
  cache: { path: string; entries: string[] }
}

/**
 * Tells how a project's native engine is, and tries it.
 * @throws {InstallError} `package-not-found` when there are several copies to choose from
 */
export async function nativeStatus(options: StatusOptions = {}): Promise<NativeStatus> {
  const { cwd = process.cwd(), env = process.env, machine = thisMachine() } = options
  const found = findPackage(cwd, options.packageFolder)
  const cache = cacheFolder(env, machine.os)
  const status: NativeStatus = {
    platform: { name: `${machine.os}-${machine.arch}`, supported: targetsOf(machine).length > 0 },
    package: found,
    library: null,
    binding: null,
    loads: null,
    cache: { path: cache, entries: await entriesOf(cache) },
  }
  if (found === null) return status
  const record = await readRecord(found.folder)
  if (record !== null) {
    const missing = await whatIsMissing(found.folder, record)
    status.library = { version: record.tensorflow, target: record.target, missing }
  }
  const path = bindingPath(found.folder)
  status.binding = { path, present: await exists(path) }
  if (status.binding.present) status.loads = await verifyLoads(found.folder, env)
  return status
}

async function entriesOf(cache: string): Promise<string[]> {
  const names = (await readdir(cache).catch(() => [])).filter((name) => !/\.(partial-|lock$)/.test(name))
  const whole = await Promise.all(names.map(async (name) => (await readEntry(join(cache, name))) !== null))
  return names.filter((_, index) => whole[index])
}
