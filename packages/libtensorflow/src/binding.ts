import { join } from 'node:path'
import { createEntry, type Manifest, readEntry } from './cache.js'
import { bindingPath, hashOfSources, NAPI_VERSION } from './compile.js'
import { messageOf } from './errors.js'
import { copyWhole, sha256OfFile, sizeOfFile } from './files.js'
import type { FoundPackage } from './locate.js'
import type { Reporter } from './report.js'
import { requireSafe } from './trust.js'

const FILE = 'tfjs_binding.node'

/** The folder of the compiled binding in the cache: named after everything it depends on. */
export async function bindingEntry(cache: string, libraryKey: string, found: FoundPackage): Promise<string> {
  const sources = await hashOfSources(found.folder)
  return join(cache, `${libraryKey}.binding-${found.version}-napi-v${NAPI_VERSION}-${sources}`)
}

/**
 * Puts the cached binding into the package; false when there is none or it is damaged.
 * @throws {InstallError} `unsafe-cache`
 */
export async function takeBinding(entry: string, packageFolder: string): Promise<boolean> {
  await requireSafe(entry)
  const manifest = await readEntry(entry)
  const cached = join(entry, FILE)
  if (manifest === null || (await sha256OfFile(cached)) !== manifest.files[FILE]?.sha256) return false
  await copyWhole(cached, bindingPath(packageFolder))
  return true
}

/** Keeps a binding that was seen to work. A cache that cannot be written costs the next one a compilation, no more. */
export async function keepBinding(entry: string, packageFolder: string, reporter: Reporter): Promise<void> {
  const binding = bindingPath(packageFolder)
  try {
    await createEntry(entry, async (partial) => {
      await copyWhole(binding, join(partial, FILE))
      const facts = { bytes: (await sizeOfFile(binding)) ?? 0, sha256: await sha256OfFile(binding) }
      const manifest: Manifest = { format: 1, key: FILE, sources: [], files: { [FILE]: facts } }
      return manifest
    })
  } catch (error) {
    reporter.line(`The compiled binding is not cached: ${messageOf(error)}`)
  }
}
