import { mkdir, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { bindingPath } from './compile.js'
import { writing } from './errors.js'
import {
  discard,
  type FileFacts,
  type LinkKind,
  linkFile,
  partialName,
  readJson,
  replaceFolder,
  sha256OfFile,
  sizeOfFile,
  sweepPartials,
  writeJson,
} from './files.js'
import type { CachedLibrary } from './library.js'
import { takeLock } from './lock.js'
import type { Target } from './platform.js'
import type { Reporter } from './report.js'
import { TENSORFLOW_VERSION } from './wheels.js'

/** What an installation writes down in the package once it was seen to work. */
export interface InstallRecord {
  format: 1
  /** The release this package was made for, and what the library says of itself. */
  release: string
  tensorflow: string
  target: string
  links: LinkKind
  /** Sizes by path below the package's `deps`. */
  files: Record<string, number>
  binding: FileFacts
}

function recordPath(packageFolder: string): string {
  return join(packageFolder, 'deps', 'tint-libtensorflow.json')
}

const WRITE_ADVICE = {
  what: 'the package',
  whenFull: 'free some space there',
  otherwise: 'correct its rights, or install as the user it belongs to',
}

/**
 * Runs `work` while no other process installs into this package.
 * @throws {InstallError} `cannot-write` where the package cannot be written, before `work` begins; `disk-full`
 */
export async function withPackage<T>(
  packageFolder: string,
  reporter: Reporter,
  work: () => Promise<T>,
): Promise<T> {
  return writing(packageFolder, WRITE_ADVICE, async () => {
    const tellWaiting = () => reporter.line('Another installation works on this project; waiting for it.')
    const release = await takeLock(join(packageFolder, '.tint-libtensorflow.lock'), tellWaiting)
    try {
      return await work()
    } finally {
      await release()
    }
  })
}

/**
 * Puts links to the library into the package's `deps`, replacing what was there as a whole.
 * @throws {Error} of the file system
 */
export async function placeLibrary(
  packageFolder: string,
  library: CachedLibrary,
  target: Target,
): Promise<LinkKind> {
  const deps = join(packageFolder, 'deps')
  const partial = partialName(deps)
  const lib = dirname(bindingPath(packageFolder))
  await mkdir(lib, { recursive: true })
  for (const folder of [packageFolder, lib]) await sweepPartials(folder)
  try {
    let kind: LinkKind = 'hardlink'
    for (const file of Object.keys(library.manifest.files)) {
      kind = await linkFile(join(library.folder, file), join(partial, file))
    }
    for (const { file, aliases } of target.libraries) {
      for (const alias of aliases) await symlink(file, join(partial, 'lib', alias))
    }
    await replaceFolder(partial, deps)
    return kind
  } catch (error) {
    await discard(partial)
    throw error
  }
}

export async function writeRecord(
  packageFolder: string,
  facts: Pick<InstallRecord, 'tensorflow' | 'links'>,
  library: CachedLibrary,
  target: Target,
): Promise<void> {
  const binding = bindingPath(packageFolder)
  const files = Object.entries(library.manifest.files).map(([file, { bytes }]) => [file, bytes])
  const record: InstallRecord = {
    format: 1,
    release: TENSORFLOW_VERSION,
    ...facts,
    target: target.name,
    files: Object.fromEntries(files),
    binding: { bytes: (await sizeOfFile(binding)) ?? 0, sha256: await sha256OfFile(binding) },
  }
  await writeJson(recordPath(packageFolder), record)
}

/** The record of an installation, whether or not its files are still there. */
export async function readRecord(packageFolder: string): Promise<InstallRecord | null> {
  const value = await readJson(recordPath(packageFolder))
  return isRecord(value) ? value : null
}

function isRecord(value: unknown): value is InstallRecord {
  if (typeof value !== 'object' || value === null) return false
  const { format, tensorflow, target, files, binding } = value as Partial<InstallRecord>
  return (
    format === 1 &&
    typeof tensorflow === 'string' &&
    typeof target === 'string' &&
    typeof files === 'object' &&
    files !== null &&
    typeof binding?.sha256 === 'string'
  )
}

/** Why what a record tells of is no longer in place, or null when it is. */
export async function whatIsMissing(packageFolder: string, record: InstallRecord): Promise<string | null> {
  for (const [file, bytes] of Object.entries(record.files)) {
    const path = join(packageFolder, 'deps', file)
    if ((await sizeOfFile(path)) !== bytes) return `${basename(path)} is missing or changed`
  }
  const binding = bindingPath(packageFolder)
  if ((await sizeOfFile(binding)) !== record.binding.bytes) return 'the binding is missing or changed'
  if ((await sha256OfFile(binding)) !== record.binding.sha256) return 'the binding is changed'
  return null
}
