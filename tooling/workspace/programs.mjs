/** Programs that tests need besides Node. Uses Node's own modules only, as `npm test` does. */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Whether Debian's packages can be installed without a question: as root, with apt-get. */
export function canInstallWithApt(environment = process.env, isRoot = process.getuid?.() === 0) {
  return isRoot && findProgram('apt-get', environment) !== undefined
}

/**
 * Installs a package of Debian.
 *
 * @param run runs a command with arguments and gives its exit code
 * @returns whether that worked
 */
export function installWithApt(run, name) {
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' } }
  const aptGet = (...args) => run('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], options) === 0
  return aptGet('update') && aptGet('install', '-y', '--no-install-recommends', name)
}

/** The path of a program on the PATH. */
export function findProgram(name, { PATH = '' }) {
  const folders = PATH.split(delimiter).filter(Boolean)
  return folders.map((folder) => join(folder, name)).find(isProgram)
}

/** Whether a path is a file that can be run. */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
