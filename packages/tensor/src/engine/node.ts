import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import { EngineError } from '../errors'
import {
  type EngineDescription,
  type EngineName,
  type EngineProvider,
  engineNames,
  startEngine,
} from './engine'
import { cpuProvider } from './javascript'
import { nativeProvider } from './native'
import { wasmProvider } from './wasm'

const wasmFolder = () =>
  dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep

/** The engines of Node, the fastest first. */
export function nodeEngines(): Record<EngineName, EngineProvider> {
  return {
    tensorflow: nativeProvider,
    wasm: withoutProcessListeners(wasmProvider(wasmFolder())),
    cpu: cpuProvider,
  }
}

/**
 * Emscripten's code adds listeners that rethrow every uncaught error of the process from inside itself, so that a
 * program's own errors would seem to come from tfjs. They are taken away again.
 */
function withoutProcessListeners(provider: EngineProvider): EngineProvider {
  const events = ['uncaughtException', 'unhandledRejection'] as const
  return {
    ...provider,
    start: async () => {
      const before = events.map((event) => new Set<unknown>(process.listeners(event as 'uncaughtException')))
      const description = await provider.start()
      for (const [index, event] of events.entries()) {
        for (const listener of process.listeners(event as 'uncaughtException')) {
          if (!before[index]?.has(listener)) process.removeListener(event, listener)
        }
      }
      return description
    },
  }
}

/**
 * Starts an engine in Node.
 *
 * @param choice `auto` (default) takes native TensorFlow where it is installed, else WASM, else plain JavaScript;
 *   a name takes exactly that one
 * @returns what computes from now on
 * @throws EngineError when the engine of that name cannot run here, with what to do
 */
export async function useEngine(choice: EngineName | 'auto' = 'auto'): Promise<EngineDescription> {
  const providers = nodeEngines()
  if (choice !== 'auto' && !engineNames.includes(choice)) {
    throw new EngineError(`There is no engine "${String(choice)}"; expected auto, ${engineNames.join(', ')}.`)
  }
  const names = choice === 'auto' ? engineNames : [choice]
  return startEngine(names.map((name) => providers[name]))
}
