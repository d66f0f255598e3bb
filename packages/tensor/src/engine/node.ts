import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
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
  return { tensorflow: nativeProvider, wasm: wasmProvider(wasmFolder()), cpu: cpuProvider }
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
  const names = choice === 'auto' ? engineNames : [choice]
  return startEngine(names.map((name) => providers[name]))
}
