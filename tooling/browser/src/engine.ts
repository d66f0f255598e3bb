import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'
import { type EngineDescription, startEngine, wasmProvider } from '@tintjs/tensor'

/** Starts WASM with the files that are served with the page. */
export function startPageEngine(): Promise<EngineDescription> {
  return startEngine([
    wasmProvider({
      'tfjs-backend-wasm.wasm': plain,
      'tfjs-backend-wasm-simd.wasm': simd,
    }),
  ])
}
