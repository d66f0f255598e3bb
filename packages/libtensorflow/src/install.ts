import { bindingEntry, keepBinding, takeBinding } from './binding.js'
import { cacheFolder, readEntry, withLock } from './cache.js'
import { compileBinding, findCompiler } from './compile.js'
import { InstallError } from './errors.js'
import { type CachedLibrary, provideLibrary } from './library.js'
import { type FoundPackage, locatePackage } from './locate.js'
import { placeLibrary, readRecord, whatIsMissing, withPackage, writeRecord } from './place.js'
import { type Machine, type Target, targetFor, targetsOf, thisMachine } from './platform.js'
import type { Environment } from './processes.js'
import { addCommand } from './project.js'
import { type Reporter, silentReporter } from './report.js'
import { chooseSource, type Source } from './source.js'
import { type LoadFailure, verifyLoads } from './verify.js'
import { TENSORFLOW_VERSION } from './wheels.js'

export interface InstallOptions {
  /** Where to look for the package from, upward (default: the current folder). */
  cwd?: string
  /** The folder of `@tensorflow/tfjs-node-gpu` itself, instead of looking for it. */
  packageFolder?: string
  /** The CUDA 12 build with NVIDIA's libraries. Without it any build that is already in place is kept. */
  gpu?: boolean
  /** A wheel, a folder with wheels or an unpacked folder, instead of a download. */
  from?: string
  /** Install again even if it is in place. */
  force?: boolean
  reporter?: Reporter
  env?: Environment
  machine?: Machine
}

export interface InstallResult {
  /** Whether anything had to be done. */
  changed: boolean
  packageFolder: string
  tensorflow: string
  target: string
  /** Whether the library and the binding came out of the cache. */
  cached: { library: boolean; binding: boolean }
}

/** Everything that a run needs to know. */
interface Task {
  found: FoundPackage
  target: Target
  source: Source
  cache: string
  env: Environment
  reporter: Reporter
}

/**
 * Gives a project's `@tensorflow/tfjs-node-gpu` a current native TensorFlow: library, headers and compiled binding.
 * Does nothing when they are in place. Only reports success after the engine computed something.
 * @throws {InstallError} with a sentence that names what is missing; `code` tells the kind
 */
export async function installNative(options: InstallOptions = {}): Promise<InstallResult> {
  const {
    cwd = process.cwd(),
    env = process.env,
    reporter = silentReporter,
    machine = thisMachine(),
  } = options
  const target = targetFor(machine, options.gpu ?? false)
  const found = locatePackage(cwd, options.packageFolder)
  const acceptable = options.gpu ? [target] : targetsOf(machine)
  const present = (tell: Reporter) => (options.force ? null : alreadyInstalled(found, acceptable, env, tell))

  const before = await present(silentReporter)
  if (before !== null) return before
  const cache = cacheFolder(env, machine.os)
  const source = await chooseSource(target, options.from, cwd, reporter)
  const task = { found, target, source, cache, env, reporter }
  return withLock(cache, reporter, () =>
    withPackage(found.folder, reporter, async () => (await present(reporter)) ?? install(task)),
  )
}

/** What is in place, if it is all there and works: it may have been copied from another computer. */
async function alreadyInstalled(
  found: FoundPackage,
  acceptable: Target[],
  env: Environment,
  reporter: Reporter,
): Promise<InstallResult | null> {
  const record = await readRecord(found.folder)
  if (record?.release !== TENSORFLOW_VERSION) return null
  if (!acceptable.some(({ name }) => name === record.target)) return null
  if ((await whatIsMissing(found.folder, record)) !== null) return null
  const loaded = await verifyLoads(found.folder, env)
  if (!loaded.ok && loaded.beyond) throw doesNotLoad(loaded, found)
  if (!loaded.ok) {
    reporter.line(`What is installed does not work (${loaded.reason}), so it is installed again.`)
    return null
  }
  const { tensorflow, target } = record
  const cached = { library: false, binding: false }
  return { changed: false, packageFolder: found.folder, tensorflow, target, cached }
}

async function install(task: Task): Promise<InstallResult> {
  const { found, target, source, cache, env, reporter } = task
  const entry = await bindingEntry(cache, source.key, found)
  if ((await readEntry(entry)) === null) await findCompiler(env) // before a long download

  const library = await provideLibrary(cache, target, source, env, reporter)
  const links = await placeLibrary(found.folder, library, target)
  const { tensorflow, binding } = await workingBinding(task, entry, library)
  await writeRecord(found.folder, { tensorflow, links }, library, target)
  const cached = { library: library.fromCache, binding }
  return { changed: true, packageFolder: found.folder, tensorflow, target: target.name, cached }
}

/** The cached binding when it works (it may come from a newer compiler's computer), else one compiled here. */
async function workingBinding(
  { found, target, env, reporter }: Task,
  entry: string,
  library: CachedLibrary,
): Promise<{ tensorflow: string; binding: boolean }> {
  if (await takeBinding(entry, found.folder)) {
    const loaded = await verifyLoads(found.folder, env)
    if (loaded.ok) return { tensorflow: loaded.tensorflow, binding: true }
    if (loaded.beyond) throw doesNotLoad(loaded, found)
    reporter.line(`The cached binding does not load here (${loaded.reason}), so it is compiled again.`)
  }
  const compiler = await findCompiler(env)
  reporter.line(`Compiling the binding with ${compiler.command}.`)
  await compileBinding(found.folder, library.folder, target, compiler, env)
  const loaded = await verifyLoads(found.folder, env)
  if (!loaded.ok) throw doesNotLoad(loaded, found)
  await keepBinding(entry, found.folder, reporter)
  return { tensorflow: loaded.tensorflow, binding: false }
}

function doesNotLoad({ reason, beyond }: LoadFailure, found: FoundPackage): InstallError {
  const todo =
    beyond && 'addPackage' in beyond ? `; add it with ${addCommand(found.folder, beyond.addPackage)}` : ''
  return new InstallError(
    'load-failed',
    `The native engine was installed but does not load: ${reason}${todo}.`,
  )
}
