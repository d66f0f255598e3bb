import * as tf from '@tensorflow/tfjs-core'
import { activateBackend, type EngineProvider, type Obstacle } from './engine'

/** What a page may decide about WebGPU. */
export interface WebgpuOptions {
  /** Whether a processor that is only imitated in software will do, which is slower than WASM; default false. */
  readonly allowSoftware?: boolean | undefined
}

/** The part of a browser's WebGPU that is asked before an engine is loaded. */
interface GraphicsProcessors {
  requestAdapter(): Promise<GraphicsProcessor | null>
}

interface GraphicsProcessor {
  readonly info?: { readonly isFallbackAdapter?: boolean }
  /** Where older browsers say it. */
  readonly isFallbackAdapter?: boolean
}

/**
 * A browser's graphics processor.
 *
 * @param load imports `@tensorflow/tfjs-backend-webgpu`, of the version of `@tensorflow/tfjs-core`; called only where there
 *   is a processor, so that a page without one does not fetch it
 */
export function webgpuProvider(
  load: () => Promise<unknown>,
  { allowSoftware = false }: WebgpuOptions = {},
): EngineProvider {
  return {
    name: 'webgpu',
    unavailable: () => findObstacle(allowSoftware),
    start: async () => {
      await load()
      await activateBackend('webgpu')
      // Both packages have one version.
      return { name: 'webgpu', version: tf.version_core, threads: 1, device: 'GPU' }
    },
  }
}

async function findObstacle(allowSoftware: boolean): Promise<Obstacle | undefined> {
  const { gpu } = (globalThis.navigator ?? {}) as { readonly gpu?: GraphicsProcessors }
  if (gpu === undefined) return { problem: 'there is no WebGPU here.', commands: [] }
  const adapter = await gpu.requestAdapter().catch(() => null)
  if (adapter === null) return { problem: 'WebGPU finds no graphics processor here.', commands: [] }
  const isSoftware = adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter ?? false
  if (isSoftware && !allowSoftware) {
    return {
      problem: 'the graphics processor of WebGPU is imitated in software, which is slower than WASM.',
      commands: [],
    }
  }
  return undefined
}
