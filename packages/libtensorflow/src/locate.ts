import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InstallError } from './errors.js'
import { addCommand, PACKAGE, PACKAGE_VERSION, upward, usesPlugAndPlay } from './project.js'

export interface FoundPackage {
  /** Its real folder: links of pnpm and of workspaces followed. */
  folder: string
  version: string
}

/**
 * Finds a project's tfjs-node-gpu: as Node resolves it from `cwd` upward, and, where a folder on that way has it only
 * further inside, in the store of a package manager or under one of its packages (which is where workspaces keep it).
 * @throws {InstallError} `package-not-found` when there is none, several, or one of another version
 */
export function locatePackage(cwd: string, explicit?: string): FoundPackage {
  const found = findPackage(cwd, explicit)
  if (found === null) throw missing(cwd, explicit)
  if (found.version !== PACKAGE_VERSION) {
    throw new InstallError(
      'package-not-found',
      `${found.folder} is version ${found.version}, but the binding is known to work with ${PACKAGE_VERSION}: ${addCommand(cwd)}`,
    )
  }
  return found
}

/**
 * Like {@link locatePackage}, of any version, and null when the project has none.
 * @throws {InstallError} `package-not-found` when there are several, or `explicit` is none
 */
export function findPackage(cwd: string, explicit?: string): FoundPackage | null {
  if (explicit === undefined) return search(resolve(cwd))
  const found = readPackage(resolve(cwd, explicit))
  if (found === null) throw missing(cwd, explicit)
  return found
}

function search(cwd: string): FoundPackage | null {
  for (const folder of upward(cwd)) {
    const direct = readPackage(join(folder, 'node_modules', PACKAGE))
    if (direct !== null) return direct
    const inner = distinct([...inStores(folder), ...nested(folder)])
    const fitting = inner.filter(({ version }) => version === PACKAGE_VERSION)
    const candidates = fitting.length > 0 ? fitting : inner
    if (candidates.length > 1) throw ambiguous(candidates)
    if (candidates[0] !== undefined) return candidates[0]
  }
  return null
}

/**
 * The copies in the stores that pnpm (`.pnpm`), npm's and Yarn's linked layouts (`.store`) and bun's (`.bun`) keep in
 * `node_modules`: `<name and version>/node_modules/<name>`, in Yarn's `<name and version>/package`.
 */
function inStores(folder: string): FoundPackage[] {
  const name = PACKAGE.replace(/^.*\//, '')
  return ['.pnpm', '.store', '.bun']
    .map((store) => join(folder, 'node_modules', store))
    .flatMap((store) => list(store).map((entry) => ({ store, entry })))
    .filter(({ entry }) => entry.includes(name))
    .map(({ store, entry }) => join(store, entry))
    .flatMap((entry) => [join(entry, 'node_modules', PACKAGE), join(entry, 'package')])
    .map(readPackage)
    .filter((found) => found !== null)
}

function nested(folder: string): FoundPackage[] {
  const modules = join(folder, 'node_modules')
  return list(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? list(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
    )
    .map((name) => readPackage(join(modules, name, 'node_modules', PACKAGE)))
    .filter((found) => found !== null)
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function distinct(found: FoundPackage[]): FoundPackage[] {
  return [...new Map(found.map((one) => [one.folder, one])).values()]
}

function readPackage(folder: string): FoundPackage | null {
  try {
    const { name, version }: { name?: unknown; version?: unknown } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    )
    if (name !== PACKAGE || typeof version !== 'string') return null
    return { folder: realpathSync(folder), version }
  } catch {
    return null
  }
}

function missing(cwd: string, explicit: string | undefined): InstallError {
  if (explicit !== undefined) {
    return new InstallError('package-not-found', `${resolve(cwd, explicit)} is not the folder of ${PACKAGE}.`)
  }
  if (usesPlugAndPlay(cwd)) {
    return new InstallError(
      'package-not-found',
      `This project uses Yarn's Plug'n'Play, which native libraries cannot live in: set "nodeLinker: node-modules" in .yarnrc.yml and run yarn install.`,
    )
  }
  return new InstallError(
    'package-not-found',
    `${PACKAGE} is not installed in ${resolve(cwd)} or above; add it with: ${addCommand(cwd)}`,
  )
}

function ambiguous(candidates: FoundPackage[]): InstallError {
  const folders = candidates.map(({ folder }) => folder).join(', ')
  return new InstallError(
    'package-not-found',
    `There are several copies of ${PACKAGE}; choose one with --package DIR: ${folders}`,
  )
}
