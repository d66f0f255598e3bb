import type { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { activateBackend, type EngineProvider } from './engine'
import { quickenWasmProducts } from './wasm-products'

/** Where the `.wasm` files of `@tensorflow/tfjs-backend-wasm` are, for bundlers that rename them. */
export type WasmFiles = Readonly<Record<'tfjs-backend-wasm.wasm' | 'tfjs-backend-wasm-simd.wasm', string>>

/**
 * WebAssembly, with SIMD where there is SIMD: works in every browser and in Node, in one thread.
 *
 * @param location folder or URL prefix (with the ending slash) of the `.wasm` files of `@tensorflow/tfjs-backend-wasm`,
 *   or the URL of each of them, such as Vite's `?url` imports give; undefined lets tfjs look beside the script
 */
export function wasmProvider(location?: string | WasmFiles): EngineProvider {
  return {
    name: 'wasm',
    unavailable: async () =>
      typeof WebAssembly === 'undefined'
        ? { problem: 'this runtime has no WebAssembly; update it or use the cpu engine.', commands: [] }
        : undefined,
    start: async () => {
      const wasm = await import('@tensorflow/tfjs-backend-wasm')
      if (tf.engine().registry.wasm === undefined) {
        useOneThread()
        if (location !== undefined) wasm.setWasmPaths(withThreadedFile(location))
      }
      await activateBackend('wasm')
      quickenWasmProducts()
      return { name: 'wasm', version: wasm.version_wasm, threads: wasm.getThreadsCount(), device: 'CPU' }
    },
  }
}

/**
 * Keeps tfjs 4.22 from starting threads on a page that is cross-origin isolated. It sends the source of one of its
 * functions to its workers. Once that is minified it names a variable that workers do not have: they fail, and the page
 * waits for them for ever (tfjs issue 4539).
 */
function useOneThread(): void {
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
}

/** tfjs wants to be told where the file for threads is, too; with one thread it never asks for it. */
function withThreadedFile(location: string | WasmFiles): Parameters<typeof setWasmPaths>[0] {
  return typeof location === 'string' ? location : { ...location, 'tfjs-backend-wasm-threaded-simd.wasm': '' }
}
