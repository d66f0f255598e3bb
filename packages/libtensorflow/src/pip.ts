import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { InstallError } from './errors.js'
import { sizeOfFile } from './files.js'
import { type Environment, type Finished, findOnPath, run } from './processes.js'
import type { Reporter } from './report.js'
import type { Wheel } from './wheels.js'

const OFFLINE_HINT = 'or give the wheel with --from'

const NO_CONNECTION = /NewConnectionError|ConnectTimeoutError|ProxyError|Failed to establish|name resolution/

/**
 * The first Python on the PATH that has pip.
 * @throws {InstallError} `python-not-found`
 */
export async function findPip(env: Environment): Promise<string> {
  const pythons = findOnPath(['python3', 'python'], env)
  for (const python of pythons) {
    const { code } = await run(python, ['-m', 'pip', '--version'], { env })
    if (code === 0) return python
  }
  throw new InstallError(
    'python-not-found',
    pythons.length === 0
      ? `python3 with pip is needed to download TensorFlow and is not on the PATH: install it (${packageCommand()}), ${OFFLINE_HINT}.`
      : `${pythons[0]} has no pip, which is needed to download TensorFlow: install it (${packageCommand()}), ${OFFLINE_HINT}.`,
  )
}

function packageCommand(): string {
  return process.platform === 'darwin'
    ? 'xcode-select --install'
    : 'sudo apt install python3-pip, or sudo dnf install python3-pip'
}

/**
 * Downloads one wheel with pip into a folder and returns its path. pip's own settings (mirrors, proxies) hold.
 * @throws {InstallError} `download-failed`
 */
export async function pipDownload(
  python: string,
  wheel: Wheel,
  tags: string[],
  folder: string,
  env: Environment,
  reporter: Reporter,
): Promise<string> {
  const task = `Downloading ${wheel.distribution} ${wheel.version}`
  const scratch = join(folder, 'pip')
  await mkdir(scratch, { recursive: true })
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--python-version', '3.11']
  args.push(...tags.flatMap((tag) => ['--platform', tag]))
  args.push('--no-cache-dir', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off')
  args.push('--dest', folder, `${wheel.distribution}==${wheel.version}`)
  reporter.progress(task, 0, wheel.bytes)
  const pip = run(python, args, { env: { ...env, TMPDIR: scratch, PIP_REQUIRE_VIRTUALENV: 'false' } })
  const finished = await whileWatching(pip, async () => {
    reporter.progress(task, Math.min(await bytesBelow(folder), wheel.bytes - 1), wheel.bytes)
  })
  const path = join(folder, wheel.file)
  if (finished.code !== 0 || (await sizeOfFile(path)) === null) throw downloadFailed(wheel, finished)
  reporter.progress(task, wheel.bytes, wheel.bytes)
  return path
}

/** Calls `look` a few times a second until `work` ends, and never after. */
async function whileWatching<T>(work: Promise<T>, look: () => Promise<void>): Promise<T> {
  const end = work.then(
    () => true,
    () => true,
  )
  while (!(await Promise.race([end, setTimeout(200, false)]))) await look()
  return work
}

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true }).catch(() => [])
  const sizes = await Promise.all(entries.map((name) => sizeOfFile(join(folder, name))))
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
}

function downloadFailed(wheel: Wheel, { code, signal, stdout, stderr }: Finished): InstallError {
  const said = `${stderr}\n${stdout}`.split('\n').filter((line) => /^\s*ERROR:|Error:/.test(line))
  const end = code === 0 ? `it brought no ${wheel.file}` : `it ended with ${signal ?? `exit code ${code}`}`
  // Without a connection pip ends with "No matching distribution"; what was wrong stands in its warnings.
  const offline = NO_CONNECTION.test(stderr) ? 'no connection to the package index' : undefined
  const why = offline ?? said.at(-1)?.trim() ?? end
  return new InstallError(
    'download-failed',
    `pip could not download ${wheel.distribution} ${wheel.version} (${why}); check the connection and pip's settings, ${OFFLINE_HINT}.`,
  )
}
