import { mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createEntry, isIntact, type Manifest, readEntry } from './cache.js'
import { type FileTable, sha256OfFile } from './files.js'
import { pipDownload } from './pip.js'
import type { Target } from './platform.js'
import type { Environment } from './processes.js'
import { findPip } from './python.js'
import type { Reporter } from './report.js'
import { type Source, verifyChecksum } from './source.js'
import { requireSpace } from './space.js'
import { requireSafe } from './trust.js'
import { checkComplete, copyUnpacked, extractWheel } from './wheel.js'

/** A whole library in the cache: `lib/`, `include/`, and `nvidia/` with CUDA. */
export interface CachedLibrary {
  folder: string
  manifest: Manifest
  fromCache: boolean
}

/**
 * The library in the cache, fetched first where it is not there or damaged.
 * @throws {InstallError} `python-not-found`, `download-failed`, `wrong-checksum`, `bad-source`, `disk-full`, `cannot-write`,
 * `unsafe-cache`
 */
export async function provideLibrary(
  cache: string,
  target: Target,
  source: Source,
  env: Environment,
  reporter: Reporter,
): Promise<CachedLibrary> {
  const folder = join(cache, source.key)
  await requireSafe(cache)
  await requireSafe(folder)
  const cached = await readEntry(folder)
  if (cached !== null) {
    if (await isIntact(folder, cached, reporter)) {
      reporter.line(`Using ${folder}: checksum verified.`)
      return { folder, manifest: cached, fromCache: true }
    }
    reporter.line(`${folder} is damaged and is fetched again.`)
  }
  const manifest = await createEntry(folder, (partial) => fill(partial, target, source, env, reporter))
  return { folder, manifest, fromCache: false }
}

async function fill(
  folder: string,
  target: Target,
  source: Source,
  env: Environment,
  reporter: Reporter,
): Promise<Manifest> {
  const manifest: Manifest = { format: 1, key: source.key, sources: [], files: {} }
  switch (source.kind) {
    case 'download':
      manifest.files = await fillByDownload(folder, target, manifest, env, reporter)
      break
    case 'wheels':
      for (const { path, sha256, verified } of source.wheels) {
        manifest.sources.push({ file: basename(path), sha256, verified })
        Object.assign(manifest.files, await extractWheel(path, target, folder, reporter))
      }
      break
    case 'folder':
      manifest.sources.push({ file: source.folder, sha256: source.sha256, verified: false })
      manifest.files = await copyUnpacked(source.folder, target, folder)
      break
  }
  const [first] = manifest.sources
  checkComplete(manifest.files, target, first?.file ?? source.key)
  return manifest
}

async function fillByDownload(
  folder: string,
  target: Target,
  manifest: Manifest,
  env: Environment,
  reporter: Reporter,
): Promise<FileTable> {
  const files: FileTable = {}
  const pip = await findPip(env)
  await requireSpace(folder, target.diskBytes)
  for (const wheel of target.wheels) {
    const downloads = join(folder, 'download')
    await mkdir(downloads)
    const path = await pipDownload(pip, wheel, target.tags, downloads, env, reporter)
    verifyChecksum(wheel, await sha256OfFile(path))
    reporter.line(`${wheel.file}: checksum verified.`)
    manifest.sources.push({ file: wheel.file, sha256: wheel.sha256, verified: true })
    Object.assign(files, await extractWheel(path, target, folder, reporter))
    await rm(downloads, { recursive: true })
  }
  return files
}
