import * as tf from '@tensorflow/tfjs-core'

/**
 * A tensor whose numbers the engine holds. Native TensorFlow takes numbers over when an operator first reads them, which
 * a reshape does, and until then JavaScript holds a copy: of all weights of a model, if nothing were done here.
 *
 * @param numbers in row-major order; not to be changed afterwards
 * @returns owned by the caller
 */
export function handOver(numbers: Float32Array, shape: readonly number[]): tf.Tensor {
  return tf.tidy(() => tf.reshape(tf.tensor1d(numbers), [...shape]))
}
