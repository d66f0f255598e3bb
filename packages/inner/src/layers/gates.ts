import * as tf from '@tensorflow/tfjs-core'
import { tidyStructure } from '@tintjs/tensor'
import type { ActivationFunction } from './activation-function'

/** A smooth step from 0 to 1. */
export interface Gate {
  readonly value: (x: tf.Tensor3D) => tf.Tensor3D
  /** @param open the gate's value at `x` */
  readonly slope: (x: tf.Tensor3D, open: tf.Tensor3D) => tf.Tensor3D
  readonly difference: ActivationFunction['difference']
  /** What the gate is at `x + t direction` and `x - t direction`. */
  readonly around: (x: tf.Tensor3D, direction: tf.Tensor3D, t: number) => GateAround
}

/** A gate's values at two points. */
export interface GateAround {
  readonly mean: tf.Tensor3D
  /** Their difference over `2 t`. */
  readonly quotient: tf.Tensor3D
}

/**
 * A function of the form `x G(x)` with a gate `G`. Its difference is `step G(x) + (x + step) (G(x + step) - G(x))`, its
 * central quotient `x (G(x + step) - G(x - step)) / (2 t) + direction (G(x + step) + G(x - step)) / 2` with
 * `step = t direction`.
 */
export function gated(gate: Gate): ActivationFunction {
  return {
    value: (x) => tf.mul(x, gate.value(x)),
    slope: (x) => {
      const open = gate.value(x)
      return tf.add(open, tf.mul(x, gate.slope(x, open)))
    },
    difference: (x) => {
      const open = gate.value(x)
      const gateDifference = gate.difference(x)
      return (step) => tf.add(tf.mul(step, open), tf.mul(tf.add(x, step), gateDifference(step)))
    },
    centralQuotient: (x, direction, t) =>
      tf.tidy(() => {
        const { mean, quotient } = gate.around(x, direction, t)
        return tf.add(tf.mul(x, quotient), tf.mul(direction, mean))
      }),
    piecewiseLinear: false,
  }
}

/** `tanh(b) - tanh(a) = tanh(b - a) (1 - tanh(a) tanh(b))` */
export function tanhDifference(a: tf.Tensor3D): (rise: tf.Tensor3D) => tf.Tensor3D {
  const before = tf.tanh(a)
  return (rise) => tf.mul(tf.tanh(rise), tf.sub(1, tf.mul(before, tf.tanh(tf.add(a, rise)))))
}

/** What a sigmoid is taken of at `x + t direction` and `x - t direction`. */
export interface SigmoidArguments {
  readonly ahead: tf.Tensor3D
  readonly behind: tf.Tensor3D
  /** `(ahead - behind) / 2`, by a formula of its own that does not subtract the two. */
  readonly halfRise: tf.Tensor3D
}

/**
 * The sigmoid at two points. As `sigmoid(z) = (1 + tanh(z / 2)) / 2`, its difference is tanh's:
 * `tanh((ahead - behind) / 2) (sigmoid(ahead) + sigmoid(behind) - 2 sigmoid(ahead) sigmoid(behind))`, which is finite and
 * right where both saturate.
 */
export function sigmoidAround({ ahead, behind, halfRise }: SigmoidArguments, t: number): GateAround {
  return tidyStructure(() => {
    const { mean, oneOpen } = tidyStructure(() => {
      const [openAhead, openBehind] = [tf.sigmoid(ahead), tf.sigmoid(behind)]
      const mean: tf.Tensor3D = tf.mul(tf.add(openAhead, openBehind), 0.5)
      return { mean, oneOpen: tf.sub(mean, tf.mul(openAhead, openBehind)) }
    })
    return { mean, quotient: tf.mul(tf.mul(tf.tanh(halfRise), oneOpen), 1 / t) as tf.Tensor3D }
  })
}

/** `x sigmoid(sharpness x)`: SiLU at 1, the quick GELU at 1.702. As `sigmoid(z) = (1 + tanh(z / 2)) / 2`, so is its difference. */
export function sigmoidGated(sharpness: number): ActivationFunction {
  const half = sharpness / 2
  const scaled = (x: tf.Tensor3D): tf.Tensor3D => (sharpness === 1 ? x : tf.mul(x, sharpness))
  return gated({
    value: (x) => tf.sigmoid(scaled(x)),
    slope: (_, open) => scaled(tf.mul(open, tf.sub(1, open))),
    difference: (x) => {
      const difference = tanhDifference(tf.mul(x, half))
      return (step) => tf.mul(difference(tf.mul(step, half)), 0.5) as tf.Tensor3D
    },
    around: (x, direction, t) => {
      const [point, reach] = [scaled(x), tf.mul(direction, t * sharpness) as tf.Tensor3D]
      return sigmoidAround({ ahead: tf.add(point, reach), behind: tf.sub(point, reach), halfRise: reach }, t)
    },
  })
}
