import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { InstallError } from './errors.js'
import { discard, partialName } from './files.js'
import type { Target } from './platform.js'
import { type Environment, findOnPath, run } from './processes.js'

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
 * The compiler of `$CXX` (which may carry arguments), else the first of g++, clang++ and c++ on the PATH.
 * @throws {InstallError} `compiler-not-found`
 */
export function findCompiler(env: Environment): Compiler {
  const [chosen, ...args] = (env.CXX ?? '').split(/\s+/).filter(Boolean)
  const [command] = findOnPath(chosen === undefined ? ['g++', 'clang++', 'c++'] : [chosen], env)
  if (command !== undefined) return { command, args }
  const what =
    chosen === undefined ? 'No C++ compiler (g++ or clang++)' : `The C++ compiler of CXX, ${chosen},`
  throw new InstallError(
    'compiler-not-found',
    `${what} is on the PATH, but the binding must be compiled; install one: ${installCommand()}.`,
  )
}

function installCommand(): string {
  if (process.platform === 'darwin') return 'xcode-select --install'
  return 'sudo apt install g++, or sudo dnf install gcc-c++'
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
 * @throws {InstallError} `compile-failed` with the compiler's first error
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
    const { code, signal, stderr } = await run(compiler.command, args, { env })
    if (code !== 0) {
      const lines = stderr.split('\n').filter(Boolean)
      const why = lines.find((line) => /error/i.test(line)) ?? lines[0] ?? signal ?? `exit code ${code}`
      throw new InstallError(
        'compile-failed',
        `${compiler.command} could not compile the binding: ${why.trim()}`,
      )
    }
    await rename(partial, output)
  } finally {
    await discard(partial)
  }
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
