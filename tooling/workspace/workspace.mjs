/**
 * What `npm start` and `npm test` share: everything that a fresh machine needs, with nothing installed but Node.
 * Uses Node's own modules only, as it runs before anything is installed.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Runs a command in the root; its output goes through. @returns the exit code */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
    env: { ...process.env, ...options.env },
  })
  if (error !== undefined) {
    console.error(`Could not run ${command}: ${error.message}. Node 20 or newer with npm is needed.`)
    return 1
  }
  return status ?? 1
}

/** Runs a command and ends this process when it fails. */
function runOrExit(command, args, options) {
  const status = run(command, args, options)
  if (status !== 0) process.exit(status)
}

/** Runs pnpm in exactly the version that package.json names, whatever is installed. */
const pnpm = (...args) => runOrExit('npx', ['--yes', packageManager, ...args])

/** Runs a tool of the workspace, such as turbo, with pnpm where it looks for it: on the PATH. */
export const tool = (name, ...args) => pnpm('exec', name, ...args)

/** Ends with a clear sentence on a Node that is too old. */
export function requireNode(major) {
  const found = Number(process.versions.node.split('.')[0])
  if (found >= major) return
  console.error(
    `This is Node ${process.versions.node}; expected Node ${major} or newer. Install it and run the command again.`,
  )
  process.exit(1)
}

/**
 * Installs the dependencies as the lockfile has them. Takes about a second when nothing has changed. Without warnings:
 * commands of this repository's own packages are not built yet, which pnpm would warn of.
 */
export function installDependencies() {
  pnpm('install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only', '--loglevel=error')
}

/** Builds packages; turbo skips what has not changed. */
export function build(...filters) {
  tool('turbo', 'run', 'build', '--output-logs=errors-only', ...filters.map((filter) => `--filter=${filter}`))
}
