/** Projects outside the workspace that have the packed packages, as users have them once they are published. */
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { pnpmOrThrow, runOrThrow } from '../processes.mjs'

/**
 * @typedef {object} Project
 * @property {string} folder
 * @property {(program: string, ...args: string[]) => Promise<import('../processes.mjs').Finished>} run runs a program that
 *   the project has installed; throws with what it wrote where it fails
 *
 * @typedef {Record<string, string>} Dependencies names with versions
 */

/** Those of our packages that a project takes from tarballs, by name. */
function tarballs(all) {
  return Object.fromEntries(all.map(({ name, tarball }) => [name, `file:${tarball}`]))
}

/** What a project's package.json says; ours come from their tarballs, also where they depend on each other. */
function manifestOf(all, dependencies, more = {}) {
  const ours = tarballs(all)
  const versions = Object.entries(dependencies).map(([name, version]) => [name, ours[name] ?? version])
  return { private: true, type: 'module', dependencies: Object.fromEntries(versions), ...more }
}

/** How each package manager installs a project: which fields and files it wants, and its command. */
const managers = {
  npm: {
    manifest: (all, dependencies) => {
      // npm refuses an override of what is a direct dependency too.
      const indirect = Object.entries(tarballs(all)).filter(([name]) => !(name in dependencies))
      const overrides = Object.fromEntries(indirect)
      return manifestOf(all, dependencies, { overrides })
    },
    command: ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline'],
    exec: (program, args) => ['npx', ['--no-install', program, ...args]],
  },
  'yarn 1': {
    manifest: (all, dependencies) => manifestOf(all, dependencies, { resolutions: tarballs(all) }),
    command: ['npx', '--yes', 'yarn@1.22.22', 'install', '--ignore-scripts', '--no-progress'],
    exec: (program, args) => ['npx', ['--no-install', program, ...args]],
  },
  yarn: {
    manifest: (all, dependencies) => manifestOf(all, dependencies, { resolutions: tarballs(all) }),
    files: {
      '.yarnrc.yml': 'nodeLinker: node-modules\nenableScripts: false\nenableTelemetry: false\n',
      'yarn.lock': '',
    },
    command: ['npx', '--yes', '@yarnpkg/cli-dist@4', 'install'],
    exec: (program, args) => ['npx', ['--no-install', program, ...args]],
  },
  'yarn PnP': {
    manifest: (all, dependencies) => manifestOf(all, dependencies, { resolutions: tarballs(all) }),
    files: {
      '.yarnrc.yml': 'nodeLinker: pnp\nenableScripts: false\nenableTelemetry: false\n',
      'yarn.lock': '',
    },
    command: ['npx', '--yes', '@yarnpkg/cli-dist@4', 'install'],
    exec: (program, args) => ['npx', ['--yes', '@yarnpkg/cli-dist@4', 'exec', program, ...args]],
  },
}

/** The package managers that {@link install} knows, but for pnpm, which {@link installAlone} uses. */
export const packageManagers = Object.keys(managers)

/**
 * Makes a project and installs it.
 *
 * @param {keyof typeof managers} manager
 * @param {import('../packages.mjs').PackedPackage[]} all
 * @param {string} folder made
 * @param {Dependencies} dependencies
 * @returns {Promise<Project>}
 */
export async function install(manager, all, folder, dependencies) {
  const { manifest, files = {}, command, exec } = managers[manager]
  await mkdir(folder, { recursive: true })
  await writeJson(join(folder, 'package.json'), manifest(all, dependencies))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const [program, ...args] = command
  await runOrThrow(program, args, { cwd: folder, env: environment })
  return {
    folder,
    run: (name, ...rest) => runOrThrow(...exec(name, rest), { cwd: folder, env: environment }),
  }
}

/**
 * Installs projects with pnpm, side by side, so strictly that each package finds what it declares and nothing more.
 *
 * @param {import('../packages.mjs').Workspace} workspace
 * @param {import('../packages.mjs').PackedPackage[]} all
 * @param {string} folder
 * @param {Record<string, Dependencies>} projects by their folders' names
 */
export async function installAlone(workspace, all, folder, projects) {
  await mkdir(folder, { recursive: true })
  await writeJson(join(folder, 'package.json'), { private: true })
  const settings = { packages: ['*'], hoist: false, overrides: tarballs(all), onlyBuiltDependencies: [] }
  await writeFile(join(folder, 'pnpm-workspace.yaml'), stringify(settings))
  for (const [name, dependencies] of Object.entries(projects)) {
    await mkdir(join(folder, name))
    await writeJson(join(folder, name, 'package.json'), { name, ...manifestOf(all, dependencies) })
  }
  await pnpmOrThrow(workspace, ['install', '--prefer-offline'], { cwd: folder, env: environment })
}

/** Puts the checkpoints that come with the command into a project, as its README's first lines do. */
export async function copyModels(all, folder) {
  const runner = all.find(({ name }) => name === '@tintjs/runner')
  await cp(join(runner.contents, 'models'), folder, { recursive: true })
}

/** A user's shell: what this process was started by must not reach the package managers. */
const environment = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(npm_(?!config_(registry|userconfig|cache))|TINT_|TURBO_)/i.test(name))
    .map((name) => [name, undefined]),
)

function writeJson(path, content) {
  return writeFile(path, `${JSON.stringify(content, null, 2)}\n`)
}
