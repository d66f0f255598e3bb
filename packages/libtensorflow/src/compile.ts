import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { InstallError } from './errors.js'
import { discard, partialName } from './files.js'
import { systemCommand } from './packages.js'
import type { Target } from './platform.js'
import { type Environment, type Finished, findOnPath, run } from './processes.js'

/** The Node-API level of the binding, and the folder name that tfjs-node-gpu looks for it under. */
export const NAPI_VERSION = 8

/** Where tfjs-node-gpu loads its binding from. */
export function bindingPath(packageFolder: string): string {
  return join(packageFolder, 'lib', `napi-v${NAPI_VERSION}`, 'tfjs_binding.node')
}

/** A C++ compiler and the arguments it always gets. */
export interface Compiler {
  command: string
  args: string[]
}

/**
 * The compiler of `$CXX` (which may carry arguments), else the first of g++, clang++ and c++ on the PATH that works:
 * one that is there may still lack its standard library, C++17, or an accepted licence.
 * @throws {InstallError} `compiler-not-found`
 */
export async function findCompiler(env: Environment): Promise<Compiler> {
  const [chosen, ...args] = (env.CXX ?? '').split(/\s+/).filter(Boolean)
  const commands = findOnPath(chosen === undefined ? ['g++', 'clang++', 'c++'] : [chosen], env)
  let why: string | null = null
  for (const command of commands) {
    const failure = await whatIsWrong({ command, args }, env)
    if (failure === null) return { command, args }
    why ??= `${command} does not work (${failure})`
  }
  const none =
    chosen === undefined
      ? 'No C++ compiler (g++ or clang++) is on the PATH'
      : `The C++ compiler of CXX, ${chosen}, is not on the PATH or no program`
  throw new InstallError(
    'compiler-not-found',
    `${why ?? none}, but the binding must be compiled; install one: ${systemCommand('compiler', env)}.`,
  )
}

/** Has the compiler read one header of the standard library as C++17. Null when it can. */
async function whatIsWrong({ command, args }: Compiler, env: Environment): Promise<string | null> {
  const trial = ['-std=c++17', '-fsyntax-only', '-x', 'c++', '-include', 'memory', '/dev/null']
  const finished = await run(command, [...args, ...trial], { env })
  return finished.code === 0 ? null : firstError(finished)
}

/** What a compiler that failed complains of first. */
function firstError({ code, signal, stderr }: Finished): string {
  const lines = stderr.split('\n').filter(Boolean)
  const line = lines.find((text) => /error/i.test(text)) ?? lines[0] ?? signal ?? `exit code ${code}`
  return line.trim()
}

/** A short name for the C++ sources of a package, so that a cached binding is only used for the same ones. */
export async function hashOfSources(packageFolder: string): Promise<string> {
  const folder = join(packageFolder, 'binding')
  const hash = createHash('sha256')
  for (const name of (await readdir(folder)).sort())
    hash.update(name).update(await readFile(join(folder, name)))
  return hash.digest('hex').slice(0, 12)
}

/**
 * Compiles the package's binding against the library in one call and puts it in its place, whole or not at all.
 * @throws {InstallError} `compile-failed` with the compiler's first error, `disk-full`
 */
export async function compileBinding(
  packageFolder: string,
  libraryFolder: string,
  target: Target,
  compiler: Compiler,
  env: Environment,
): Promise<void> {
  const output = bindingPath(packageFolder)
  const partial = partialName(output)
  await mkdir(dirname(output), { recursive: true })
  try {
    const args = [
      ...compiler.args,
      ...(await compilerArguments(packageFolder, libraryFolder, target)),
      '-o',
      partial,
    ]
    const finished = await run(compiler.command, args, { env })
    if (finished.code !== 0) throw compileFailed(compiler, finished)
    await rename(partial, output)
  } finally {
    await discard(partial)
  }
}

function compileFailed({ command }: Compiler, finished: Finished): InstallError {
  if (/No space left on device/i.test(finished.stderr)) {
    return new InstallError(
      'disk-full',
      `${command} could not compile the binding: the disk of the project or of ${tmpdir()} is full; free some space there.`,
    )
  }
  return new InstallError(
    'compile-failed',
    `${command} could not compile the binding: ${firstError(finished)}`,
  )
}

async function compilerArguments(
  packageFolder: string,
  libraryFolder: string,
  target: Target,
): Promise<string[]> {
  const sourceFolder = join(packageFolder, 'binding')
  const sources = (await readdir(sourceFolder)).filter((name) => name.endsWith('.cc')).sort()
  return [
    ...['-O2', '-shared', '-fPIC', '-std=c++17', `-DNAPI_VERSION=${NAPI_VERSION}`],
    ...['-I', nodeApiHeaders(), '-I', packageFolder, '-I', join(libraryFolder, 'include')],
    ...sources.map((name) => join(sourceFolder, name)),
    ...target.libraries.map(({ file }) => join(libraryFolder, 'lib', file)),
    // Node follows links before it loads, so this is the folder of the real file, which lies in the package.
    `-Wl,-rpath,${target.origin}/../../deps/lib`,
    ...(target.origin === '@loader_path' ? ['-undefined', 'dynamic_lookup'] : []),
  ]
}

function nodeApiHeaders(): string {
  const headers: { include_dir: string } = createRequire(import.meta.url)('node-api-headers')
  return headers.include_dir
}
