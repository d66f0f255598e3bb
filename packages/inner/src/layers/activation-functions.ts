import * as tf from '@tensorflow/tfjs-core'
import type { ActivationName } from './layer'

/** A function of each number on its own, and its slope. All tensors are the caller's. */
export interface ActivationFunction {
  readonly value: (x: tf.Tensor3D) => tf.Tensor3D
  readonly slope: (x: tf.Tensor3D) => tf.Tensor3D
  /** Whether the slope is constant but for kinks, so that a gate gives it exactly. */
  readonly piecewiseLinear: boolean
}

const tanhScale = Math.sqrt(2 / Math.PI)
const cubic = 0.044715

/** `x^3` by products: `tf.pow` is twenty times slower. */
const tanhArgument = (x: tf.Tensor3D) => tf.mul(tanhScale, tf.add(x, tf.mul(cubic, tf.mul(x, tf.mul(x, x)))))

/** `x Phi(x)` with the normal distribution's `Phi` (Hendrycks and Gimpel, 2016). */
const gelu: ActivationFunction = {
  value: (x) => tf.mul(x, normalDistribution(x)),
  slope: (x) => {
    const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI))
    return tf.add(normalDistribution(x), tf.mul(x, density))
  },
  piecewiseLinear: false,
}

function normalDistribution(x: tf.Tensor3D): tf.Tensor3D {
  return tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))))
}

/** GELU with `tanh` in place of the error function (GPT-2's). */
const geluTanh: ActivationFunction = {
  value: (x) => tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(tanhArgument(x)))),
  slope: (x) => {
    const tanh = tf.tanh(tanhArgument(x))
    const innerSlope = tf.mul(tanhScale, tf.add(1, tf.mul(3 * cubic, tf.square(x))))
    const bend = tf.mul(tf.mul(0.5, x), tf.mul(tf.sub(1, tf.square(tanh)), innerSlope))
    return tf.add(tf.mul(0.5, tf.add(1, tanh)), bend)
  },
  piecewiseLinear: false,
}

/** `x sigmoid(sharpness x)`: SiLU at 1, the quick GELU at 1.702. */
function sigmoidGate(sharpness: number): ActivationFunction {
  const gate = (x: tf.Tensor3D) => tf.sigmoid(sharpness === 1 ? x : tf.mul(x, sharpness)) as tf.Tensor3D
  return {
    value: (x) => tf.mul(x, gate(x)),
    slope: (x) => {
      const open = gate(x)
      return tf.mul(open, tf.add(1, tf.mul(tf.mul(x, sharpness), tf.sub(1, open))))
    },
    piecewiseLinear: false,
  }
}

const tanh: ActivationFunction = {
  value: (x) => tf.tanh(x),
  slope: (x) => tf.sub(1, tf.square(tf.tanh(x))),
  piecewiseLinear: false,
}

const relu: ActivationFunction = {
  value: (x) => tf.relu(x),
  slope: (x) => tf.step(x),
  piecewiseLinear: true,
}

/** The activations by their names in Hugging Face configurations. */
export const activationFunctions: Readonly<Record<ActivationName, ActivationFunction>> = {
  relu,
  gelu,
  gelu_new: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  silu: sigmoidGate(1),
  tanh,
  quick_gelu: sigmoidGate(1.702),
}
