import * as tf from '@tensorflow/tfjs-core'
import { activateBackend, type EngineProvider } from './engine'
import { quickenWasmProducts } from './wasm-products'

/** Where each of the `.wasm` files of `@tensorflow/tfjs-backend-wasm` is, for bundlers that rename them. */
export type WasmFiles = Readonly<
  Record<
    'tfjs-backend-wasm.wasm' | 'tfjs-backend-wasm-simd.wasm' | 'tfjs-backend-wasm-threaded-simd.wasm',
    string
  >
>

/**
 * WebAssembly with SIMD: works in every browser and in Node, one thread unless the page is cross-origin isolated.
 *
 * @param location folder or URL prefix (with the ending slash) of the `.wasm` files of `@tensorflow/tfjs-backend-wasm`,
 *   or the URL of each of them, such as Vite's `?url` imports give; undefined lets tfjs look beside the script
 */
export function wasmProvider(location?: string | WasmFiles): EngineProvider {
  return {
    name: 'wasm',
    unavailable: async () =>
      typeof WebAssembly === 'undefined'
        ? 'this runtime has no WebAssembly; update it or use the cpu engine.'
        : undefined,
    start: async () => {
      const wasm = await import('@tensorflow/tfjs-backend-wasm')
      if (location !== undefined && tf.engine().registry.wasm === undefined) wasm.setWasmPaths(location)
      await activateBackend('wasm')
      quickenWasmProducts()
      return { name: 'wasm', version: wasm.version_wasm, threads: wasm.getThreadsCount(), device: 'CPU' }
    },
  }
}
