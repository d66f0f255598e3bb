import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { InstallError } from './errors.js'
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
  const wheels = await Promise.all(paths.map((wheel) => checkWheel(wheel, target, reporter)))
  if (wheels.length < target.wheels.length) {
    throw new InstallError(
      'bad-source',
      `--gpu needs ${target.wheels.length} wheels: give --from a folder that holds TensorFlow's and NVIDIA's.`,
    )
  }
  if (wheels.every(({ verified }) => verified)) return { kind: 'wheels', key, wheels }
  const all = createHash('sha256').update(wheels.map(({ sha256 }) => sha256).join())
  return { kind: 'wheels', key: `${key}-${all.digest('hex').slice(0, 12)}`, wheels }
}

/** @throws {InstallError} `bad-source` when a wheel is missing */
async function wheelsIn(folder: string, target: Target): Promise<string[]> {
  const names = await readdir(folder)
  return target.wheels.map((wheel) => {
    const start = `${wheel.distribution.replaceAll('-', '_')}-${wheel.version}-`
    const fitting = names.filter(
      (name) => name.startsWith(start) && target.tags.some((tag) => name.endsWith(`${tag}.whl`)),
    )
    const name = fitting.includes(wheel.file) ? wheel.file : fitting[0]
    if (name === undefined) {
      throw new InstallError(
        'bad-source',
        `--from ${folder}: it holds neither ${wheel.file} nor a tensorflow folder.`,
      )
    }
    return join(folder, name)
  })
}

async function checkWheel(path: string, target: Target, reporter: Reporter): Promise<LocalWheel> {
  const sha256 = await sha256OfFile(path)
  const known = target.wheels.find(({ file }) => file === basename(path))
  if (known !== undefined) {
    verifyChecksum(known, sha256)
    reporter.line(`${known.file}: checksum verified.`)
    return { path, sha256, verified: true }
  }
  if (!/\.whl$/.test(path))
    throw new InstallError('bad-source', `--from ${path}: neither a wheel (.whl) nor a folder.`)
  reporter.line(`No checksum is known for ${basename(path)}, so it is not verified.`)
  return { path, sha256, verified: false }
}

/** @throws {InstallError} `wrong-checksum` */
export function verifyChecksum(wheel: Wheel, sha256: string): void {
  if (sha256 === wheel.sha256) return
  throw new InstallError(
    'wrong-checksum',
    `${wheel.file} has the checksum ${sha256} instead of ${wheel.sha256}: it is damaged or not the published file, so it is not used.`,
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
