import * as tf from '@tensorflow/tfjs-core'
import { tidyStructure } from '@tintjs/tensor'
import type { ActivationFunction } from './activation-function'
import { gated, type SigmoidArguments, sigmoidAround, tanhDifference } from './gates'

/** Nodes and weights of Gauss's rule of order 6 on [0, 1]. */
const gaussNodes: readonly (readonly [node: number, weight: number])[] = [
  [0.5 - Math.sqrt(15) / 10, 5 / 18],
  [0.5, 8 / 18],
  [0.5 + Math.sqrt(15) / 10, 5 / 18],
]

/** Steps up to which Gauss's rule takes the normal density's integral to float32's accuracy. */
const gaussReach = 0.5

/** Steps up to which the terms that {@link geluSeries} leaves out are below 2e-7 of the direction. */
const seriesReach = 3 / 16

const rootOfTwoPi = Math.sqrt(2 * Math.PI)

const normalDensity = (x: tf.Tensor3D): tf.Tensor3D =>
  tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / rootOfTwoPi)

/**
 * `near` for the numbers that are up to `reach` from 0, `far` for the others. Waits for the engine, so that `far`, which
 * steps of usual scales do not need, is computed only where there are any.
 */
function byMagnitude(
  numbers: tf.Tensor3D,
  reach: number,
  { near, far }: Record<'near' | 'far', () => tf.Tensor3D>,
): tf.Tensor3D {
  return tf.tidy(() => {
    const largest = tf.tidy(() => tf.max(tf.abs(numbers))).dataSync()[0] as number
    if (largest <= reach) return near()
    return tf.where(tf.lessEqual(tf.abs(numbers), reach), near(), far()) as tf.Tensor3D
  })
}

/** `Phi(x + step) - Phi(x)` as the integral of the density, for small steps. */
function densityIntegral(x: tf.Tensor3D, step: tf.Tensor3D): tf.Tensor3D {
  const densities = gaussNodes.map(([node, weight]) =>
    tf.mul(normalDensity(tf.add(x, tf.mul(step, node))), weight),
  )
  return tf.mul(step, tf.addN(densities)) as tf.Tensor3D
}

/** `2 Phi(x) - 1` */
const centredGate = (x: tf.Tensor3D): tf.Tensor3D =>
  tf.tidy(() => tf.erf(tf.mul(x, Math.SQRT1_2) as tf.Tensor3D))

/** The gate of {@link gelu}. Its `around` subtracts, and so is right for large steps only. */
const normalGated = gated({
  value: (x) => tf.mul(0.5, tf.add(1, centredGate(x))),
  slope: normalDensity,
  difference: (x) => (step) =>
    byMagnitude(step, gaussReach, {
      near: () => densityIntegral(x, step),
      far: () => tf.mul(tf.sub(centredGate(tf.add(x, step)), centredGate(x)), 0.5),
    }),
  around: (x, direction, t) =>
    tidyStructure(() => {
      const step: tf.Tensor3D = tf.mul(direction, t)
      const [ahead, behind] = [centredGate(tf.add(x, step)), centredGate(tf.sub(x, step))]
      return {
        mean: tf.add(tf.mul(tf.add(ahead, behind), 0.25), 0.5) as tf.Tensor3D,
        quotient: tf.mul(tf.sub(ahead, behind), 0.25 / t) as tf.Tensor3D,
      }
    }),
})

/**
 * {@link gelu}'s central quotient for small steps `h = t direction`, by Taylor's series to the fifth order:
 * `direction (Phi(x) + x phi(x) (1 + h^2/6 ((x^2 - 4) + h^2/20 (x^2 - 2) (x^2 - 9))))`.
 */
function geluSeries(x: tf.Tensor3D, direction: tf.Tensor3D, t: number): tf.Tensor3D {
  return tf.tidy(() => {
    const slope = tf.tidy(() => {
      // Beyond, the density is 0 in float32, and products with it shall not be of infinities.
      const square = tf.clipByValue(tf.square(x), 0, 300)
      const density = tf.tidy(() => tf.mul(x, tf.exp(tf.mul(square, -0.5))))
      const series = tf.tidy(() => {
        const share = tf.square(tf.mul(direction, t / Math.sqrt(20)))
        const fifth = tf.mul(tf.mul(tf.sub(square, 2), tf.sub(square, 9)), share)
        const bend = tf.mul(tf.add(fifth, tf.sub(square, 4)), share)
        return tf.add(tf.mul(bend, 20 / 6 / rootOfTwoPi), 1 / rootOfTwoPi)
      })
      return tf.mul(density, series)
    })
    const open = tf.tidy(() => tf.add(tf.mul(centredGate(x), 0.5), 0.5))
    return tf.mul(direction, tf.add(open, slope))
  })
}

/** `x Phi(x)` with the normal distribution's `Phi` (Hendrycks and Gimpel, 2016). */
export const gelu: ActivationFunction = {
  ...normalGated,
  centralQuotient: (x, direction, t) =>
    byMagnitude(direction, seriesReach / t, {
      near: () => geluSeries(x, direction, t),
      far: () => normalGated.centralQuotient(x, direction, t),
    }),
}

/** `a` and `b` of {@link geluTanh}. */
const linearTerm = 2 * Math.sqrt(2 / Math.PI)
const cubicTerm = 0.044715 * linearTerm

/** In multiples `z = unit x` the argument is `z (unitLinearTerm + z^2)`, a pass fewer wherever `z` is at hand. */
const unit = Math.cbrt(cubicTerm)
const unitLinearTerm = linearTerm / unit

/** `a x + b x^3`; powers by products, as `tf.pow` is twenty times slower. */
const cubicArgument = (x: tf.Tensor3D): tf.Tensor3D =>
  tf.tidy(() => tf.mul(x, tf.add(tf.mul(tf.square(x), cubicTerm), linearTerm)))

/**
 * {@link cubicArgument} at `x + t direction` and `x - t direction`; their squares serve the rise as well:
 * `p^3 - q^3 = (p - q) (p^2 + q^2 + (p + q)^2) / 2`, of squares alone, so that it is never the difference of infinities.
 */
function cubicArgumentsAround(x: tf.Tensor3D, direction: tf.Tensor3D, t: number): SigmoidArguments {
  return tidyStructure(() => {
    const [point, reach] = [tf.mul(x, unit), tf.mul(direction, t * unit)]
    const [ahead, behind] = [tf.add(point, reach), tf.sub(point, reach)]
    const aheadFactor = tf.add(tf.square(ahead), unitLinearTerm)
    const behindFactor = tf.add(tf.square(behind), unitLinearTerm)
    const squares = tf.addN([aheadFactor, behindFactor, tf.square(tf.mul(x, 2 * unit))])
    return {
      ahead: tf.mul(ahead, aheadFactor) as tf.Tensor3D,
      behind: tf.mul(behind, behindFactor) as tf.Tensor3D,
      halfRise: tf.mul(tf.mul(direction, (t * unit) / 2), squares) as tf.Tensor3D,
    }
  })
}

/** Half of `a (x + s) + b (x + s)^3 - a x - b x^3 = s (a + b (3 (x + s/2)^2 + s^2/4))`. */
const halfCubicRise = (x: tf.Tensor3D, step: tf.Tensor3D): tf.Tensor3D => {
  const half = tf.mul(step, 0.5)
  const bend = tf.add(tf.mul(tf.square(tf.add(x, half)), 3), tf.square(half))
  return tf.mul(step, tf.add(tf.mul(bend, cubicTerm / 2), linearTerm / 2)) as tf.Tensor3D
}

/**
 * GELU with `tanh` in place of the error function (GPT-2's): its gate `(1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2` is
 * `sigmoid(a x + b x^3)`.
 */
export const geluTanh: ActivationFunction = gated({
  value: (x) => tf.sigmoid(cubicArgument(x)),
  slope: (x, open) => {
    const argumentSlope = tf.add(tf.mul(tf.square(x), 3 * cubicTerm), linearTerm)
    return tf.mul(tf.mul(open, tf.sub(1, open)), argumentSlope)
  },
  difference: (x) => {
    const difference = tanhDifference(tf.mul(cubicArgument(x), 0.5))
    return (step) => tf.mul(difference(halfCubicRise(x, step)), 0.5) as tf.Tensor3D
  },
  around: (x, direction, t) => sigmoidAround(cubicArgumentsAround(x, direction, t), t),
})
