import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { InstallError } from './errors.js'

/** The npm package that needs the library, and the version this was made for. */
export const PACKAGE = '@tensorflow/tfjs-node-gpu'
export const PACKAGE_VERSION = '4.22.0'

export interface FoundPackage {
  /** Its real folder: links of pnpm and of workspaces followed. */
  folder: string
  version: string
}

/**
 * Finds a project's tfjs-node-gpu: as Node resolves it from `cwd` upward, and, where a folder on that way has it only
 * further inside, in pnpm's virtual store or under one of its packages (which is where workspaces keep it).
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
    const inner = distinct([...inPnpmStore(folder), ...nested(folder)])
    const fitting = inner.filter(({ version }) => version === PACKAGE_VERSION)
    const candidates = fitting.length > 0 ? fitting : inner
    if (candidates.length > 1) throw ambiguous(candidates)
    if (candidates[0] !== undefined) return candidates[0]
  }
  return null
}

function upward(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...upward(parent)]
}

function inPnpmStore(folder: string): FoundPackage[] {
  const store = join(folder, 'node_modules', '.pnpm')
  const prefix = `${PACKAGE.replace('/', '+')}@`
  return list(store)
    .filter((name) => name.startsWith(prefix))
    .map((name) => readPackage(join(store, name, 'node_modules', PACKAGE)))
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
  const plugAndPlay = upward(resolve(cwd)).some((folder) => isFile(join(folder, '.pnp.cjs')))
  if (plugAndPlay) {
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

/** The command that adds the package with the project's own package manager, its install script blocked. */
function addCommand(cwd: string): string {
  const spec = `${PACKAGE}@${PACKAGE_VERSION}`
  for (const folder of upward(resolve(cwd))) {
    if (isFile(join(folder, 'pnpm-lock.yaml'))) return `pnpm add ${spec}`
    if (isFile(join(folder, 'yarn.lock'))) return `yarn add --ignore-scripts ${spec}`
    if (isFile(join(folder, 'package-lock.json'))) break
  }
  return `npm install --ignore-scripts ${spec}`
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
