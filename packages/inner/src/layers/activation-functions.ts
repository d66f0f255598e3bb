import * as tf from '@tensorflow/tfjs-core'
import { tidyStructure } from '@tintjs/tensor'
import type { ActivationName } from './layer'

/**
 * A function of each number on its own. All tensors are the caller's `tf.tidy`'s; functions of many passes free what they
 * are done with, as memory that was used just now is faster than new one.
 */
export interface ActivationFunction {
  readonly value: (x: tf.Tensor3D) => tf.Tensor3D
  readonly slope: (x: tf.Tensor3D) => tf.Tensor3D
  /**
   * Gives `value(x + step) - value(x)` for steps, without the cancellation that float32 would suffer in subtracting them.
   * What depends on `x` alone is computed once.
   */
  readonly difference: (x: tf.Tensor3D) => (step: tf.Tensor3D) => tf.Tensor3D
  /** `value(x + step) - value(x - step)`, as free of cancellation, in fewer passes over memory than two differences. */
  readonly centralDifference: (x: tf.Tensor3D, step: tf.Tensor3D) => tf.Tensor3D
  /** Whether the slope is constant but for kinks, so that a gate gives it exactly. */
  readonly piecewiseLinear: boolean
}

/** A smooth step from 0 to 1. */
interface Gate {
  readonly value: (x: tf.Tensor3D) => tf.Tensor3D
  /** @param open the gate's value at `x` */
  readonly slope: (x: tf.Tensor3D, open: tf.Tensor3D) => tf.Tensor3D
  readonly difference: ActivationFunction['difference']
  /** The sum of the gate's values at `x + step` and `x - step`, and the first less the second. */
  readonly around: (x: tf.Tensor3D, step: tf.Tensor3D) => SumAndDifference
}

interface SumAndDifference {
  readonly sum: tf.Tensor3D
  readonly difference: tf.Tensor3D
}

/**
 * A function of the form `x G(x)` with a gate `G`. Its difference is `step G(x) + (x + step) (G(x + step) - G(x))`, its
 * central difference `x (G(x + step) - G(x - step)) + step (G(x + step) + G(x - step))`.
 */
function gated(gate: Gate): ActivationFunction {
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
    centralDifference: (x, step) => {
      const { sum, difference } = gate.around(x, step)
      return tf.add(tf.mul(x, difference), tf.mul(step, sum))
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
  centralDifference: (x, step) => {
    const product = tf.mul(tf.tanh(tf.add(x, step)), tf.tanh(tf.sub(x, step)))
    return tf.mul(tf.tanh(tf.mul(step, 2)), tf.sub(1, product)) as tf.Tensor3D
  },
  piecewiseLinear: false,
}

/** What a sigmoid is taken of at `x + step` and `x - step`. */
interface Arguments {
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
function sigmoidAround({ ahead, behind, halfRise }: Arguments): SumAndDifference {
  return tidyStructure(() => {
    const { sum, oneOpen } = tidyStructure(() => {
      const [openAhead, openBehind] = [tf.sigmoid(ahead), tf.sigmoid(behind)]
      const sum: tf.Tensor3D = tf.add(openAhead, openBehind)
      return { sum, oneOpen: tf.sub(sum, tf.mul(tf.mul(openAhead, openBehind), 2)) }
    })
    return { sum, difference: tf.mul(tf.tanh(halfRise), oneOpen) as tf.Tensor3D }
  })
}

/** Nodes and weights of Gauss's rule of order 6 on [0, 1]. */
const gaussNodes: readonly (readonly [node: number, weight: number])[] = [
  [0.5 - Math.sqrt(15) / 10, 5 / 18],
  [0.5, 8 / 18],
  [0.5 + Math.sqrt(15) / 10, 5 / 18],
]

const normalDensity = (x: tf.Tensor3D): tf.Tensor3D =>
  tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI))

/** Nodes `0`, `+n` and `-n` of the same rule on [-1, 1]; the weights of the first and of each other, over `sqrt(pi)`. */
const centralNode = Math.sqrt(3 / 5)
const middleWeight = 8 / 9 / Math.sqrt(Math.PI)
const sideWeight = 5 / 9 / Math.sqrt(Math.PI)

/** `exp(-z^2)` */
const bellCurve = (z: tf.Tensor3D): tf.Tensor3D => tf.tidy(() => tf.exp(tf.neg(tf.square(z))))

/**
 * `x Phi(x)` with the normal distribution's `Phi` (Hendrycks and Gimpel, 2016). The difference of `Phi` is the integral
 * of its density; Gauss's rule takes it to float32's accuracy over up to 0.5, far above the steps of any safe scale.
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
  around: (x, step) =>
    tidyStructure(() => {
      // In units of sqrt(2), in which the density is exp(-z^2) / sqrt(pi).
      const point: tf.Tensor3D = tf.mul(x, Math.SQRT1_2)
      const reach: tf.Tensor3D = tf.mul(step, Math.SQRT1_2)
      const density = tf.tidy(() => {
        const side = tf.mul(reach, centralNode)
        const sides = tf.add(bellCurve(tf.add(point, side)), bellCurve(tf.sub(point, side)))
        return tf.add(tf.mul(bellCurve(point), middleWeight), tf.mul(sides, sideWeight))
      })
      const errorFunctions = tf.add(tf.erf(tf.add(point, reach)), tf.erf(tf.sub(point, reach)))
      return {
        sum: tf.add(tf.mul(errorFunctions, 0.5), 1) as tf.Tensor3D,
        difference: tf.mul(reach, density) as tf.Tensor3D,
      }
    }),
})

/** `a` and `b` of {@link geluTanh}. */
const linearTerm = 2 * Math.sqrt(2 / Math.PI)
const cubicTerm = 0.044715 * linearTerm

/** In multiples `z = unit x` the argument is `z (unitLinearTerm + z^2)`, a pass fewer wherever `z` is at hand. */
const unit = Math.cbrt(cubicTerm)
const unitLinearTerm = linearTerm / unit

/** `a x + b x^3`; powers by products, as `tf.pow` is twenty times slower. */
const cubicArgument = (x: tf.Tensor3D): tf.Tensor3D =>
  tf.tidy(() => tf.mul(x, tf.add(tf.mul(tf.square(x), cubicTerm), linearTerm)))

/** {@link cubicArgument} at `x + step` and `x - step`; their squares serve the rise as well. */
function cubicArgumentsAround(x: tf.Tensor3D, step: tf.Tensor3D): Arguments {
  return tidyStructure(() => {
    const [point, reach] = [tf.mul(x, unit), tf.mul(step, unit)]
    const [ahead, behind] = [tf.add(point, reach), tf.sub(point, reach)]
    const behindSquare = tf.square(behind)
    const aheadFactor = tf.add(tf.square(ahead), unitLinearTerm)
    const behindFactor = tf.add(behindSquare, unitLinearTerm)
    // p^3 - q^3 = (p - q) (p^2 + p q + q^2), and half of p - q is the reach.
    const riseFactor = tf.addN([aheadFactor, behindSquare, tf.mul(ahead, behind)])
    return {
      ahead: tf.mul(ahead, aheadFactor) as tf.Tensor3D,
      behind: tf.mul(behind, behindFactor) as tf.Tensor3D,
      halfRise: tf.mul(reach, riseFactor) as tf.Tensor3D,
    }
  })
}

/** Half of `a (x + s) + b (x + s)^3 - a x - b x^3 = s (a + b (3 x (x + s) + s^2))`. */
const halfCubicRise = (x: tf.Tensor3D, step: tf.Tensor3D): tf.Tensor3D => {
  const bend = tf.add(tf.mul(3, tf.mul(x, tf.add(x, step))), tf.square(step))
  return tf.mul(step, tf.add(tf.mul(bend, cubicTerm / 2), linearTerm / 2)) as tf.Tensor3D
}

/**
 * GELU with `tanh` in place of the error function (GPT-2's): its gate `(1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2` is
 * `sigmoid(a x + b x^3)`.
 */
const geluTanh = gated({
  value: (x) => tf.sigmoid(cubicArgument(x)),
  slope: (x, open) => {
    const argumentSlope = tf.add(tf.mul(tf.square(x), 3 * cubicTerm), linearTerm)
    return tf.mul(tf.mul(open, tf.sub(1, open)), argumentSlope)
  },
  difference: (x) => {
    const difference = tanhDifference(tf.mul(cubicArgument(x), 0.5))
    return (step) => tf.mul(difference(halfCubicRise(x, step)), 0.5) as tf.Tensor3D
  },
  around: (x, step) => sigmoidAround(cubicArgumentsAround(x, step)),
})

/** `x sigmoid(sharpness x)`: SiLU at 1, the quick GELU at 1.702. As `sigmoid(z) = (1 + tanh(z / 2)) / 2`, so is its difference. */
function sigmoidGated(sharpness: number): ActivationFunction {
  const half = sharpness / 2
  const scaled = (x: tf.Tensor3D): tf.Tensor3D => (sharpness === 1 ? x : tf.mul(x, sharpness))
  return gated({
    value: (x) => tf.sigmoid(scaled(x)),
    slope: (_, open) => scaled(tf.mul(open, tf.sub(1, open))),
    difference: (x) => {
      const difference = tanhDifference(tf.mul(x, half))
      return (step) => tf.mul(difference(tf.mul(step, half)), 0.5) as tf.Tensor3D
    },
    around: (x, step) => {
      const [point, reach] = [scaled(x), scaled(step)]
      return sigmoidAround({
        ahead: tf.add(point, reach),
        behind: tf.sub(point, reach),
        halfRise: reach,
      })
    },
  })
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
  centralDifference: (x, step) => {
    const difference = reluDifference(x)
    return tf.sub(difference(step), difference(tf.neg(step)))
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
