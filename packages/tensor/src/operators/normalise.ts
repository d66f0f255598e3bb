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
 * `normalise(x + step) - normalise(x)` without the cancellation that subtracting the two would suffer in float32. With
 * centred `c`, `d`, mean squares `v`, `v'` and `r = 1 / sqrt(v)`: `d r' + c (r' - r)`, where
 * `r' - r = -(v' - v) r r' / (sqrt(v) + sqrt(v'))` and `v' - v = mean(2 c d + d^2)`.
 *
 * @param x `[batch, positions, width]`
 * @param step of the same shape
 * @returns of the same shape, owned by the caller
 */
export function normaliseDifference(
  kind: Normalisation,
  x: tf.Tensor3D,
  step: tf.Tensor3D,
  epsilon: number,
): tf.Tensor3D {
  return tf.tidy(() => {
    const centre = (tensor: tf.Tensor3D) =>
      kind === 'layer' ? tf.sub(tensor, tf.mean(tensor, -1, true)) : tensor
    const c = centre(x)
    const d = centre(step)
    const before = tf.add(tf.mean(tf.square(c), -1, true), epsilon)
    const rise = tf.mean(tf.mul(d, tf.add(tf.mul(c, 2), d)), -1, true)
    const after = tf.add(before, rise)
    const rootBefore = tf.sqrt(before)
    const rootAfter = tf.sqrt(after)
    const scaleChange = tf.neg(
      tf.div(rise, tf.mul(tf.mul(rootBefore, rootAfter), tf.add(rootBefore, rootAfter))),
    )
    return tf.add(tf.div(d, rootAfter), tf.mul(c, scaleChange)) as tf.Tensor3D
  })
}
