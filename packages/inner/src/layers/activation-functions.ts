import * as tf from '@tensorflow/tfjs-core'
import type { ActivationFunction } from './activation-function'
import { sigmoidGated, tanhDifference } from './gates'
import { gelu, geluTanh } from './gelu'
import type { ActivationName } from './layer'

const tanh: ActivationFunction = {
  value: (x) => tf.tanh(x),
  slope: (x) => tf.sub(1, tf.square(tf.tanh(x))),
  difference: tanhDifference,
  centralQuotient: (x, direction, t) =>
    tf.tidy(() => {
      const step = tf.mul(direction, t)
      const product = tf.mul(tf.tanh(tf.add(x, step)), tf.tanh(tf.sub(x, step)))
      return tf.mul(tf.mul(tf.tanh(tf.mul(step, 2)), tf.sub(1, product)), 0.5 / t)
    }),
  piecewiseLinear: false,
}

/** The step, cut off where it would cross the kink. */
function reluDifference(x: tf.Tensor3D): (step: tf.Tensor3D) => tf.Tensor3D {
  return (step) => {
    const fromAbove = tf.maximum(step, tf.neg(x))
    const fromBelow = tf.relu(tf.add(x, step))
    return tf.where(tf.greater(x, 0), fromAbove, fromBelow) as tf.Tensor3D
  }
}

const relu: ActivationFunction = {
  value: (x) => tf.relu(x),
  // As fast as a comparison can be; `tf.step` takes five passes on native TensorFlow.
  slope: (x) => tf.cast(tf.greater(x, 0), 'float32') as tf.Tensor3D,
  difference: reluDifference,
  centralQuotient: (x, direction, t) =>
    tf.tidy(() => {
      const difference = reluDifference(x)
      const step: tf.Tensor3D = tf.mul(direction, t)
      return tf.mul(tf.sub(difference(step), difference(tf.neg(step))), 0.5 / t)
    }),
  piecewiseLinear: true,
}

/** The activations by their names in Hugging Face configurations. */
export const activationFunctions: Readonly<Record<ActivationName, ActivationFunction>> = {
  relu,
  gelu,
  gelu_new: geluTanh,
  gelu_fast: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  silu: sigmoidGated(1),
  tanh,
  quick_gelu: sigmoidGated(1.702),
}
