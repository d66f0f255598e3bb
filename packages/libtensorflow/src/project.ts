import { readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The npm package that needs the library, and the version this was made for. */
export const PACKAGE = '@tensorflow/tfjs-node-gpu'
export const PACKAGE_VERSION = '4.22.0'

/** This package and its command. */
const SELF = '@tintjs/libtensorflow'
const COMMAND = 'tint-libtensorflow'

/** `yarn` is version 2 and newer. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'yarn-classic' | 'bun'

/** Adds packages with their own install scripts blocked (pnpm and bun block them unasked). */
const ADD: Record<PackageManager, string> = {
  npm: 'npm install --ignore-scripts',
  pnpm: 'pnpm add',
  yarn: 'yarn add --mode=skip-build',
  'yarn-classic': 'yarn add --ignore-scripts',
  bun: 'bun add',
}

/** Runs a command of a package that the project has. */
const RUN: Record<PackageManager, string> = {
  npm: `npx ${COMMAND}`,
  pnpm: `pnpm exec ${COMMAND}`,
  yarn: `yarn ${COMMAND}`,
  'yarn-classic': `yarn ${COMMAND}`,
  bun: `bunx ${COMMAND}`,
}

/** Runs the only command of a package that the project does not have; classic Yarn has no way of its own. */
const FETCH_AND_RUN: Record<PackageManager, string> = {
  npm: `npx ${SELF}`,
  pnpm: `pnpm dlx ${SELF}`,
  yarn: `yarn dlx ${SELF}`,
  'yarn-classic': `npx ${SELF}`,
  bun: `bunx ${SELF}`,
}

/** The folder and all above it. */
export function upward(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...upward(parent)]
}

/** The package manager of a project, seen by the nearest lockfile or setting above a folder. */
export function packageManagerOf(cwd: string): PackageManager {
  for (const folder of upward(resolve(cwd))) {
    const has = (name: string) => isFile(join(folder, name))
    if (has('package-lock.json')) return 'npm'
    if (has('pnpm-lock.yaml') || has('pnpm-workspace.yaml')) return 'pnpm'
    if (has('bun.lock') || has('bun.lockb')) return 'bun'
    if (has('.yarnrc.yml') || has('.pnp.cjs')) return 'yarn'
    if (has('yarn.lock')) return isOfYarn2(join(folder, 'yarn.lock')) ? 'yarn' : 'yarn-classic'
  }
  return 'npm'
}

/** The command that adds a package to a project, by default the one that needs the library. */
export function addCommand(cwd: string, spec = `${PACKAGE}@${PACKAGE_VERSION}`): string {
  return `${ADD[packageManagerOf(cwd)]} ${spec}`
}

/** The command line that runs this package's command in a project, whether or not the project has it. */
export function ownCommand(cwd: string, words: string): string {
  const built = fileURLToPath(new URL('cli.js', import.meta.url))
  if (!built.includes(`${sep}node_modules${sep}`) && isFile(built)) {
    return `node ${shellWord(relative(cwd, built))} ${words}` // in this package's own repository
  }
  const manager = packageManagerOf(cwd)
  const installed = manager === 'yarn' ? isDeclared(cwd) : isInModules(cwd)
  return `${(installed ? RUN : FETCH_AND_RUN)[manager]} ${words}`
}

/** A word of a command line, quoted where a shell would take it apart. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** Newer Yarn runs the commands of what a project itself depends on, whatever else lies in its `node_modules`. */
function isDeclared(cwd: string): boolean {
  const manifest = upward(resolve(cwd))
    .map((folder) => join(folder, 'package.json'))
    .find(isFile)
  if (manifest === undefined) return false
  try {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(manifest, 'utf8'))
    return SELF in { ...dependencies, ...devDependencies }
  } catch {
    return false // Yarn will complain of it
  }
}

function isInModules(cwd: string): boolean {
  const places = [join('.bin', COMMAND), join(SELF, 'package.json')]
  return upward(resolve(cwd)).some((folder) =>
    places.some((place) => isFile(join(folder, 'node_modules', place))),
  )
}

/** Whether Yarn keeps the project's packages in archives, which Node reads through its Plug'n'Play. */
export function usesPlugAndPlay(cwd: string): boolean {
  return upward(resolve(cwd)).some((folder) =>
    ['.pnp.cjs', '.pnp.js'].some((name) => isFile(join(folder, name))),
  )
}

function isOfYarn2(lockfile: string): boolean {
  return readFileSync(lockfile, 'utf8').includes('__metadata:')
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
