import type * as tf from '@tensorflow/tfjs-core'
import type { DeferredTensor } from './encode'

/** A tensor of the engine that is made on request: its name and shape in a file, and how it is made. */
export interface MaterialisedTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** Makes the tensor, which is the caller's. */
  materialise(): tf.Tensor
}

/** A tensor that is made, read and freed when it is its turn to be written. */
export function deferTensor({ name, shape, materialise }: MaterialisedTensor): DeferredTensor {
  return {
    name,
    shape,
    async read() {
      const value = materialise()
      try {
        return await value.data<'float32'>()
      } finally {
        value.dispose()
      }
    },
  }
}
