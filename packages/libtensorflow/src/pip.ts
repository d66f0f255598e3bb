import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { InstallError } from './errors.js'
import { sizeOfFile } from './files.js'
import { type Environment, type Finished, run } from './processes.js'
import { OFFLINE_HINT, type Pip } from './python.js'
import type { Reporter } from './report.js'
import { MAKE_ROOM } from './space.js'
import type { Wheel } from './wheels.js'

/** What pip's messages mean, the more particular first. Without a connection it ends with "No matching distribution". */
const MEANINGS: [RegExp, string][] = [
  [/no such option: |ambiguous option/, 'this pip is too old'],
  [/CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError/, "the index's certificate is not trusted"],
  [/NewConnectionError|ConnectTimeoutError|ProxyError|name resolution/, 'no connection to the package index'],
  [/Failed to establish a new connection/, 'no connection to the package index'],
  [/IncompleteRead|Connection broken|incomplete-download|ConnectionReset/i, 'the connection broke off'],
  [/RemoteDisconnected|Connection aborted|ReadTimeout|timed out/, 'the connection broke off'],
  [/HTTP error 40[137]|\b40[137] Client Error/, 'the package index asks for a login or refuses'],
  [/located at .* is invalid|BadZipFile|has an invalid wheel/, 'what arrived is damaged or not whole'],
  [/from versions: (none)?\)/, 'the package index does not offer it'],
  [/THESE PACKAGES DO NOT MATCH THE HASHES/, 'what arrived is not what the package index promised'],
]

const FULL_DISK = /No space left on device|Disk quota exceeded/

/** The Python that the wheels are for, said so that pip 19 understands it as well. */
const PYTHON = ['--python-version', '311', '--implementation', 'cp', '--abi', 'cp311']

/**
 * Downloads one wheel with pip into a folder and returns its path. pip's own settings (mirrors, proxies) hold.
 * @throws {InstallError} `download-failed`, `disk-full`
 */
export async function pipDownload(
  pip: Pip,
  wheel: Wheel,
  tags: string[],
  folder: string,
  env: Environment,
  reporter: Reporter,
): Promise<string> {
  const task = `Downloading ${wheel.distribution} ${wheel.version}`
  const scratch = join(folder, 'pip')
  await mkdir(scratch, { recursive: true })
  const args = [...pip.args, 'download', '--no-deps', '--only-binary=:all:', ...PYTHON]
  args.push(...tags.flatMap((tag) => ['--platform', tag]))
  args.push('--no-cache-dir', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off')
  args.push('--dest', folder, `${wheel.distribution}==${wheel.version}`)
  reporter.progress(task, 0, wheel.bytes)
  const work = run(pip.command, args, { env: { ...env, TMPDIR: scratch, PIP_REQUIRE_VIRTUALENV: 'false' } })
  const finished = await whileWatching(work, async () => {
    reporter.progress(task, Math.min(await bytesBelow(folder), wheel.bytes - 1), wheel.bytes)
  })
  const path = join(folder, wheel.file)
  const size = await sizeOfFile(path)
  // Old versions fail after the download because they are not for this Python; the checksum tells what counts.
  const whole = finished.code === 0 ? size !== null : size === wheel.bytes
  if (!whole) throw downloadFailed(wheel, finished, folder)
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

function downloadFailed(
  wheel: Wheel,
  { code, signal, stdout, stderr }: Finished,
  folder: string,
): InstallError {
  const all = `${stderr}\n${stdout}`
  const start = `pip could not download ${wheel.distribution} ${wheel.version}`
  if (FULL_DISK.test(all)) {
    return new InstallError('disk-full', `${start} to ${folder}: the disk is full; ${MAKE_ROOM}.`)
  }
  const said = all.split('\n').filter((line) => /^\s*ERROR:|Error:/.test(line))
  const end = code === 0 ? `it brought no ${wheel.file}` : `it ended with ${signal ?? `exit code ${code}`}`
  const meaning = MEANINGS.find(([pattern]) => pattern.test(all))?.[1]
  const why = meaning ?? said.at(-1)?.trim().replace(/[.;]$/, '') ?? end
  const todo =
    meaning === 'this pip is too old'
      ? 'renew it with: python3 -m pip install --upgrade pip'
      : "check the connection and pip's settings"
  return new InstallError('download-failed', `${start} (${why}); ${todo}, ${OFFLINE_HINT}.`)
}
