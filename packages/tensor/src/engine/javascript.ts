import * as tf from '@tensorflow/tfjs-core'
import { activateBackend, type EngineProvider } from './engine'

/** Plain JavaScript: works everywhere, a hundred times slower than native. */
export const cpuProvider: EngineProvider = {
  name: 'cpu',
  unavailable: async () => undefined,
  start: async () => {
    await import('@tensorflow/tfjs-backend-cpu')
    // Without this, tfjs greets Node with an advertisement on stderr.
    tf.env().set('PROD', true)
    await activateBackend('cpu')
    return { name: 'cpu', version: tf.version_core, threads: 1, device: 'CPU' }
  },
}
