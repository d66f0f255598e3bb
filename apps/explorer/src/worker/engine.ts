import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'
import {
  cpuProvider,
  currentEngine,
  type EngineDescription,
  type EngineProvider,
  startEngine,
  wasmProvider,
  webgpuProvider,
} from '@tintjs/tensor'
import type { engineChoices } from '../protocol/choices'

type EngineChoice = (typeof engineChoices)[number]

const loadWebgpu = () => import('@tensorflow/tfjs-backend-webgpu')

const wasm = wasmProvider({ 'tfjs-backend-wasm.wasm': plain, 'tfjs-backend-wasm-simd.wasm': simd })

const providers: Readonly<Record<EngineChoice, readonly EngineProvider[]>> = {
  auto: [webgpuProvider(loadWebgpu), wasm, cpuProvider],
  webgpu: [webgpuProvider(loadWebgpu, { allowSoftware: true })],
  wasm: [wasm, cpuProvider],
}

let started: EngineChoice | undefined

/**
 * Starts what the visitor has chosen to compute with. Tensors of another engine must be gone before.
 *
 * @throws EngineError when it cannot run here, with the reason
 */
export async function startWorkerEngine(choice: EngineChoice): Promise<EngineDescription> {
  const running = currentEngine()
  if (running !== undefined && started === choice) return running
  const engine = await startEngine(providers[choice])
  started = choice
  return engine
}
