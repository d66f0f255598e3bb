import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import nodeUtilities from 'node:util'
import { EngineError } from '../errors'
import { activateBackend, type EngineProvider, type Obstacle } from './engine'
import { installCommand } from './install-command'

const packageName = '@tensorflow/tfjs-node-gpu'
const packageVersion = '4.22.0'

/** What the native backend of tfjs-node tells about itself, beyond tfjs-core's interface. */
interface NativeBackend {
  readonly isUsingGpuDevice: boolean
  readonly binding: { readonly TF_Version: string }
}

interface NativeModule {
  backend(): unknown
}

function isNativeBackend(backend: unknown): backend is NativeBackend {
  return (
    typeof backend === 'object' && backend !== null && 'binding' in backend && 'isUsingGpuDevice' in backend
  )
}

/**
 * The folder of the `@tensorflow/tfjs-node-gpu` that is installed beside this package. The working folder is not
 * searched: a program must not run native code because it was started in a folder that somebody else has filled.
 */
function packageFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`))
  } catch {
    return undefined
  }
}

const notInstalled = (): Obstacle => ({
  problem: `${packageName} is not installed.`,
  commands: [`npm install --ignore-scripts ${packageName}@${packageVersion}`, installCommand()],
})

async function unavailable(): Promise<Obstacle | undefined> {
  const folder = packageFolder()
  if (folder === undefined) return notInstalled()
  const hasBinding = existsSync(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'))
  const hasLibrary = ['so', 'dylib'].some((ending) =>
    existsSync(join(folder, 'deps', 'lib', `libtensorflow.${ending}`)),
  )
  if (!hasBinding || !hasLibrary) {
    return { problem: `${packageName} has no native library yet.`, commands: [installCommand()] }
  }
  return undefined
}

/**
 * tfjs-node calls functions that newer versions of Node have removed. They must be there before it loads.
 * (`util.isNullOrUndefined` went with Node 23, tfjs issue 8425.)
 */
function restoreRemovedNodeFunctions(): void {
  const target: Record<string, unknown> = nodeUtilities as never
  target.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined
  target.isArray ??= Array.isArray
}

/** TensorFlow's C library through `@tensorflow/tfjs-node-gpu`: all cores, or the GPU where CUDA is found. */
export const nativeProvider: EngineProvider = {
  name: 'tensorflow',
  unavailable,
  start: async () => {
    const folder = packageFolder()
    if (folder === undefined) {
      const { problem, commands } = notInstalled()
      throw new EngineError(problem, { commands })
    }
    // TensorFlow writes notes about the processor to stderr; errors still come through.
    process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
    // TensorFlow uses oneDNN's products by itself only on the newest processors; on others they are faster too
    // (docs/performance.md).
    process.env.TF_ENABLE_ONEDNN_OPTS ??= '1'
    restoreRemovedNodeFunctions()
    const module = loadNative(folder)
    await activateBackend('tensorflow')
    const backend = module.backend()
    if (!isNativeBackend(backend)) {
      throw new EngineError(
        `${packageName} registered an unknown backend; expected version ${packageVersion}. Reinstall it.`,
      )
    }
    return {
      name: 'tensorflow',
      version: backend.binding.TF_Version,
      threads: Number(process.env.TF_NUM_INTRAOP_THREADS ?? availableParallelism()),
      device: backend.isUsingGpuDevice ? 'GPU' : 'CPU',
    }
  },
}

function loadNative(folder: string): NativeModule {
  try {
    // CommonJS require, not import(): the package's own files resolve from its folder, wherever it was found.
    return createRequire(join(folder, 'package.json'))(folder) as NativeModule
  } catch (error) {
    throw new EngineError(
      `The native engine was found in ${folder} but did not load: ${(error as Error).message.split('\n')[0]}.`,
      { cause: error, commands: [installCommand()] },
    )
  }
}
