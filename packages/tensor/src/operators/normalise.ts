import * as tf from '@tensorflow/tfjs-core'

/** How a vector is brought to unit scale: `layer` subtracts the mean first, `rms` does not. */
export type Normalisation = 'layer' | 'rms'

/** A normalised tensor and what its backward needs. */
export interface Normalised {
  /** `[..., width]` */
  readonly output: tf.Tensor3D
  /** `[..., 1]`: one over the root of the mean square (after the mean is gone, for `layer`). */
  readonly inverseScale: tf.Tensor3D
}

/**
 * `(x - mean) / sqrt(variance + epsilon)` over the last axis (`layer`), or `x / sqrt(mean(x^2) + epsilon)` (`rms`).
 *
 * @param x `[batch, positions, width]`
 * @returns both tensors owned by the caller
 */
export function normalise(kind: Normalisation, x: tf.Tensor3D, epsilon: number): Normalised {
  return tf.tidy(() => {
    const centred = kind === 'layer' ? tf.sub(x, tf.mean(x, -1, true)) : x
    const meanSquare = tf.mean(tf.square(centred), -1, true)
    const inverseScale = tf.rsqrt(tf.add(meanSquare, epsilon)) as tf.Tensor3D
    return { output: tf.mul(centred, inverseScale) as tf.Tensor3D, inverseScale }
  })
}

/**
 * The exact backward of {@link normalise}: `(g - mean(g) - n mean(g n)) * inverseScale`; `rms` has no `mean(g)`.
 *
 * @param gradient `[batch, positions, width]`, the gradient of the normalised output
 * @returns the gradient of `x`, `[batch, positions, width]`, owned by the caller
 */
export function normaliseBackward(
  kind: Normalisation,
  normalised: Normalised,
  gradient: tf.Tensor3D,
): tf.Tensor3D {
  const { output, inverseScale } = normalised
  return tf.tidy(() => {
    const alongOutput = tf.mul(output, tf.mean(tf.mul(gradient, output), -1, true))
    const centred = kind === 'layer' ? tf.sub(gradient, tf.mean(gradient, -1, true)) : gradient
    return tf.mul(tf.sub(centred, alongOutput), inverseScale) as tf.Tensor3D
  })
}

/**
 * `normalise(x + t direction) - normalise(x)` for any number `t`, without the cancellation that subtracting the two would
 * suffer in float32. With the centred direction `d`, the output `n`, its inverse scale `r` and the mean square
 * `v = 1 / r^2`: `t d / sqrt(v') - n (v' - v) / (sqrt(v') (sqrt(v) + sqrt(v')))`, where
 * `v' - v = 2 t mean(n d) / r + t^2 mean(d^2)`.
 *
 * @param normalised of `x`, with the same epsilon
 * @param direction `[batch, positions, width]`
 * @returns a function that gives the difference, of the direction's shape. The tensors that it holds and gives are the
 * surrounding `tf.tidy`'s.
 */
export function normaliseDifference(
  kind: Normalisation,
  { output, inverseScale }: Normalised,
  direction: tf.Tensor3D,
  epsilon: number,
): (t: number) => tf.Tensor3D {
  const centred: tf.Tensor3D = kind === 'layer' ? tf.sub(direction, tf.mean(direction, -1, true)) : direction
  const along = tf.div(tf.mean(tf.mul(centred, output), -1, true), inverseScale)
  const square = tf.mean(tf.square(centred), -1, true)
  const rootBefore = tf.reciprocal(inverseScale)
  return (t) => {
    const rise = tf.add(tf.mul(along, 2 * t), tf.mul(square, t * t))
    // A mean square and epsilon are epsilon at least, which float32 may miss where the step nearly cancels x.
    const rootAfter = tf.sqrt(tf.maximum(tf.add(tf.square(rootBefore), rise), epsilon))
    const share = tf.div(rise, tf.mul(rootAfter, tf.add(rootBefore, rootAfter)))
    return tf.sub(tf.mul(centred, tf.div(t, rootAfter)), tf.mul(output, share))
  }
}
