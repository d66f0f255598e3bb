import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { InstallError, messageOf } from './errors.js'
import { exists, sha256OfFile } from './files.js'
import type { Target } from './platform.js'
import type { Reporter } from './report.js'
import { unpackedNames } from './wheel.js'
import { TENSORFLOW_VERSION, type Wheel } from './wheels.js'

/** A wheel on this computer and whether its checksum is a known one. */
export interface LocalWheel {
  path: string
  sha256: string
  verified: boolean
}

/** Where the library comes from. `key` names its folder in the cache; what is not known by checksum gets its own. */
export type Source =
  | { kind: 'download'; key: string }
  | { kind: 'wheels'; key: string; wheels: LocalWheel[] }
  | { kind: 'folder'; key: string; folder: string; sha256: string }

/**
 * Decides where the library comes from: pip, or what `--from` names (a wheel, a folder with the wheels, or a folder
 * where they were unpacked).
 * @throws {InstallError} `bad-source`, `wrong-checksum`
 */
export async function chooseSource(
  target: Target,
  from: string | undefined,
  cwd: string,
  reporter: Reporter,
): Promise<Source> {
  const key = `${TENSORFLOW_VERSION}-${target.name}`
  if (from === undefined) return { kind: 'download', key }
  const path = resolve(cwd, from)
  const facts = await stat(path).catch(() => null)
  if (facts === null) throw new InstallError('bad-source', `--from ${from}: there is no such file or folder.`)
  if (facts.isDirectory() && (await exists(join(path, 'tensorflow')))) {
    const sha256 = await sha256OfFolder(path, target)
    reporter.line(`Nothing is known to compare ${path} with, so its checksum is not verified.`)
    return { kind: 'folder', key: `${key}-${sha256.slice(0, 12)}`, folder: path, sha256 }
  }
  const paths = facts.isDirectory() ? await wheelsIn(path, target) : [path]
  if (paths.length < target.wheels.length) {
    throw new InstallError(
      'bad-source',
      `--gpu needs ${target.wheels.length} wheels: give --from a folder that holds TensorFlow's and NVIDIA's.`,
    )
  }
  const wheels = await Promise.all(paths.map((wheel) => checkWheel(wheel, target, reporter)))
  if (wheels.every(({ verified }) => verified)) return { kind: 'wheels', key, wheels }
  const all = createHash('sha256').update(wheels.map(({ sha256 }) => sha256).join())
  return { kind: 'wheels', key: `${key}-${all.digest('hex').slice(0, 12)}`, wheels }
}

/** @throws {InstallError} `bad-source` when a wheel is missing */
async function wheelsIn(folder: string, target: Target): Promise<string[]> {
  const names = await readdir(folder)
  return target.wheels.map((wheel) => {
    const name = names.includes(wheel.file) ? wheel.file : names.find((other) => fits(other, wheel, target))
    if (name !== undefined) return join(folder, name)
    throw new InstallError('bad-source', `${folder} holds neither ${wheel.file} nor an unpacked tensorflow.`)
  })
}

/** Whether a file name is the wheel's, perhaps for another Python: the C library is in each of them. */
function fits(name: string, wheel: Wheel, target: Target): boolean {
  const start = `${wheel.distribution.replaceAll('-', '_')}-${wheel.version}-`
  return name.startsWith(start) && target.tags.some((tag) => name.endsWith(`${tag}.whl`))
}

async function checkWheel(path: string, target: Target, reporter: Reporter): Promise<LocalWheel> {
  const name = basename(path)
  const wheel = target.wheels.find(({ file }) => file === name)
  if (wheel === undefined && !target.wheels.some((known) => fits(name, known, target))) {
    throw new InstallError(
      'bad-source',
      `${path} is neither a folder nor a wheel of TensorFlow ${TENSORFLOW_VERSION} for this platform, such as ${target.wheels[0].file}.`,
    )
  }
  const sha256 = await sha256OfFile(path).catch((error: unknown) => {
    throw new InstallError('bad-source', `Cannot read ${path}: ${messageOf(error)}.`, { cause: error })
  })
  if (wheel !== undefined) verifyChecksum(wheel, sha256)
  const verified = wheel !== undefined
  reporter.line(
    verified ? `${name}: checksum verified.` : `${name}: no checksum is known, so it is not verified.`,
  )
  return { path, sha256, verified }
}

/** @throws {InstallError} `wrong-checksum` */
export function verifyChecksum(wheel: Wheel, sha256: string): void {
  if (sha256 === wheel.sha256) return
  throw new InstallError(
    'wrong-checksum',
    `${wheel.file} has the checksum ${sha256} instead of ${wheel.sha256}: it is damaged or not the published file, so it is not used; get it again.`,
  )
}

async function sha256OfFolder(folder: string, target: Target): Promise<string> {
  const hash = createHash('sha256')
  for (const name of [...(await unpackedNames(folder, target)).keys()].sort()) {
    const path = join(folder, name)
    if (!(await exists(path))) throw new InstallError('bad-source', `${folder} lacks ${name}.`)
    hash.update(`${name} ${await sha256OfFile(path)}\n`)
  }
  return hash.digest('hex')
}
