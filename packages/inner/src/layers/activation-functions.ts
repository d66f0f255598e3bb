import * as tf from '@tensorflow/tfjs-core'
import type { ActivationName } from './layer'

/** A function of each number on its own. All tensors are the caller's. */
export interface ActivationFunction {
  readonly value: (x: tf.Tensor3D) => tf.Tensor3D
  readonly slope: (x: tf.Tensor3D) => tf.Tensor3D
  /**
   * Gives `value(x + step) - value(x)` for steps, without the cancellation that float32 would suffer in subtracting them.
   * What depends on `x` alone is computed once.
   */
  readonly difference: (x: tf.Tensor3D) => (step: tf.Tensor3D) => tf.Tensor3D
  /** Whether the slope is constant but for kinks, so that a gate gives it exactly. */
  readonly piecewiseLinear: boolean
}

/**
 * A function of the form `x G(x)`, whose gate `G` is a smooth step from 0 to 1 (or a multiple of it).
 * Its difference is `step G(x) + (x + step) (G(x + step) - G(x))`.
 */
function gated(gate: Omit<ActivationFunction, 'piecewiseLinear'>): ActivationFunction {
  return {
    value: (x) => tf.mul(x, gate.value(x)),
    slope: (x) => tf.add(gate.value(x), tf.mul(x, gate.slope(x))),
    difference: (x) => {
      const open = gate.value(x)
      const gateDifference = gate.difference(x)
      return (step) => tf.add(tf.mul(step, open), tf.mul(tf.add(x, step), gateDifference(step)))
    },
    piecewiseLinear: false,
  }
}

/** `tanh(b) - tanh(a) = tanh(b - a) (1 - tanh(a) tanh(b))` */
function tanhDifference(a: tf.Tensor3D): (rise: tf.Tensor3D) => tf.Tensor3D {
  const before = tf.tanh(a)
  return (rise) => tf.mul(tf.tanh(rise), tf.sub(1, tf.mul(before, tf.tanh(tf.add(a, rise)))))
}

const tanh: ActivationFunction = {
  value: (x) => tf.tanh(x),
  slope: (x) => tf.sub(1, tf.square(tf.tanh(x))),
  difference: tanhDifference,
  piecewiseLinear: false,
}

/** Nodes and weights of Gauss's rule of order 6 on [0, 1]. */
const gaussNodes: readonly (readonly [node: number, weight: number])[] = [
  [0.5 - Math.sqrt(15) / 10, 5 / 18],
  [0.5, 8 / 18],
  [0.5 + Math.sqrt(15) / 10, 5 / 18],
]

const normalDensity = (x: tf.Tensor3D): tf.Tensor3D =>
  tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI))

/**
 * `x Phi(x)` with the normal distribution's `Phi` (Hendrycks and Gimpel, 2016). The difference of `Phi` is the integral
 * of its density; Gauss's rule takes it to float32's accuracy for steps up to 0.5, far above those of any safe scale.
 */
const gelu = gated({
  value: (x) => tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2)))),
  slope: normalDensity,
  difference: (x) => (step) => {
    const densities = gaussNodes.map(([node, weight]) =>
      tf.mul(normalDensity(tf.add(x, tf.mul(step, node))), weight),
    )
    return tf.mul(step, tf.addN(densities)) as tf.Tensor3D
  },
})

const tanhScale = Math.sqrt(2 / Math.PI)
const cubic = 0.044715

/** `sqrt(2/pi) (x + 0.044715 x^3)`; powers by products, as `tf.pow` is twenty times slower. */
const tanhArgument = (x: tf.Tensor3D): tf.Tensor3D =>
  tf.mul(tanhScale, tf.add(x, tf.mul(cubic, tf.mul(x, tf.square(x)))))

/** `(x + s) + c (x + s)^3 - x - c x^3 = s (1 + c (3 x (x + s) + s^2))` */
const tanhArgumentRise = (x: tf.Tensor3D, step: tf.Tensor3D): tf.Tensor3D => {
  const bend = tf.add(tf.mul(3, tf.mul(x, tf.add(x, step))), tf.square(step))
  return tf.mul(tanhScale, tf.mul(step, tf.add(1, tf.mul(cubic, bend)))) as tf.Tensor3D
}

/** GELU with `tanh` in place of the error function (GPT-2's): the gate is `(1 + tanh(u(x))) / 2`. */
const geluTanh = gated({
  value: (x) => tf.mul(0.5, tf.add(1, tf.tanh(tanhArgument(x)))),
  slope: (x) => {
    const argumentSlope: tf.Tensor3D = tf.mul(tanhScale, tf.add(1, tf.mul(3 * cubic, tf.square(x))))
    return tf.mul(0.5, tf.mul(tanh.slope(tanhArgument(x)), argumentSlope))
  },
  difference: (x) => {
    const difference = tanhDifference(tanhArgument(x))
    return (step) => tf.mul(difference(tanhArgumentRise(x, step)), 0.5) as tf.Tensor3D
  },
})

/** `x sigmoid(sharpness x)`: SiLU at 1, the quick GELU at 1.702. As `sigmoid(z) = (1 + tanh(z / 2)) / 2`, so is its difference. */
function sigmoidGated(sharpness: number): ActivationFunction {
  const half = sharpness / 2
  return gated({
    value: (x) => tf.sigmoid(tf.mul(x, sharpness)) as tf.Tensor3D,
    slope: (x) => {
      const open = tf.sigmoid(tf.mul(x, sharpness)) as tf.Tensor3D
      return tf.mul(sharpness, tf.mul(open, tf.sub(1, open)))
    },
    difference: (x) => {
      const difference = tanhDifference(tf.mul(x, half))
      return (step) => tf.mul(difference(tf.mul(step, half)), 0.5) as tf.Tensor3D
    },
  })
}

/** The difference is the step, cut off where it would cross the kink. */
const relu: ActivationFunction = {
  value: (x) => tf.relu(x),
  // As fast as a comparison can be; `tf.step` takes five passes on native TensorFlow.
  slope: (x) => tf.cast(tf.greater(x, 0), 'float32') as tf.Tensor3D,
  difference: (x) => (step) => {
    const fromAbove = tf.maximum(step, tf.neg(x))
    const fromBelow = tf.relu(tf.add(x, step))
    return tf.where(tf.greater(x, 0), fromAbove, fromBelow) as tf.Tensor3D
  },
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
