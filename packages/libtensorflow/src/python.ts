import { InstallError } from './errors.js'
import { systemCommand } from './packages.js'
import { type Environment, findOnPath, run } from './processes.js'

/** A way to run pip: a program and the arguments that come before pip's own. */
export interface Pip {
  command: string
  args: string[]
}

/** What to do instead of a download. */
export const OFFLINE_HINT = 'or give the wheel with --from'

/**
 * The first Python on the PATH that has pip, else uv, which gets pip by itself.
 * @throws {InstallError} `python-not-found`
 */
export async function findPip(env: Environment): Promise<Pip> {
  const pythons = findOnPath(['python3', 'python'], env)
  for (const command of pythons) {
    const args = ['-m', 'pip']
    if ((await run(command, [...args, '--version'], { env })).code === 0) return { command, args }
  }
  for (const command of findOnPath(['uv'], env)) {
    const args = ['tool', 'run', 'pip']
    if ((await run(command, [...args, '--version'], { env })).code === 0) return { command, args }
  }
  const install = systemCommand('pip', env)
  throw new InstallError(
    'python-not-found',
    pythons.length === 0
      ? `python3 with pip is needed to download TensorFlow and is not on the PATH: install it (${install}), ${OFFLINE_HINT}.`
      : `${pythons[0]} has no pip, which is needed to download TensorFlow: install it (${install}), ${OFFLINE_HINT}.`,
  )
}
