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

/** Difference quotients of {@link normalise} along a direction, for any number `t` but 0. */
export interface NormaliseDifferences {
  /** `(normalise(x + t direction) - normalise(x)) / t` */
  readonly forward: (t: number) => tf.Tensor3D
  /** `(normalise(x + t direction) - normalise(x - t direction)) / (2 t)` */
  readonly central: (t: number) => tf.Tensor3D
}

/**
 * The difference quotients of {@link normalise} without the cancellation that subtracting two of its values would suffer in
 * float32. With the output `n`, its inverse scale `r`, the centred direction `d`, `a = r mean(n d)` and
 * `b = r^2 mean(d^2)`, the root of the mean square grows by the factor `s(t) = sqrt(1 + 2 a t + b t^2)` where `x` moves by
 * `t direction`, and what is normalised there is `(n + t r d) / s(t)`. Hence
 * - forward: `r d / s - n (2 a + b t) / (s (1 + s))` with `s = s(t)`,
 * - central: `r d (s + s') / (2 s s') - n 2 a / (s s' (s + s'))` with `s' = s(-t)`.
 *
 * @param normalised of `x`, with the same epsilon
 * @param direction `[batch, positions, width]`
 * @returns functions that give tensors of the direction's shape. These and what the functions hold are the surrounding
 * `tf.tidy`'s.
 */
export function normaliseDifferences(
  kind: Normalisation,
  { output, inverseScale }: Normalised,
  direction: tf.Tensor3D,
  epsilon: number,
): NormaliseDifferences {
  const centred: tf.Tensor3D = kind === 'layer' ? tf.sub(direction, tf.mean(direction, -1, true)) : direction
  const squareScale = tf.square(inverseScale)
  const doubleAlong = tf.mul(tf.mul(tf.mean(tf.mul(centred, output), -1, true), inverseScale), 2)
  const square = tf.mul(tf.mean(tf.square(centred), -1, true), squareScale)
  // A mean square and epsilon are epsilon at least, which float32 may miss where the step nearly cancels x.
  const least = tf.mul(squareScale, epsilon)
  const growth = (t: number) => {
    const change = tf.add(tf.mul(doubleAlong, t), tf.mul(square, t * t))
    return tf.sqrt(tf.maximum(tf.add(change, 1), least))
  }
  const combine = (ofDirection: tf.Tensor, ofOutput: tf.Tensor): tf.Tensor3D =>
    tf.tidy(() => tf.sub(tf.mul(centred, ofDirection), tf.mul(output, ofOutput)))
  return {
    forward: (t) => {
      const after = growth(t)
      const rise = tf.add(doubleAlong, tf.mul(square, t))
      return combine(tf.div(inverseScale, after), tf.div(rise, tf.mul(after, tf.add(after, 1))))
    },
    central: (t) => {
      const [ahead, behind] = [growth(t), growth(-t)]
      const [product, sum] = [tf.mul(ahead, behind), tf.add(ahead, behind)]
      const half = tf.mul(inverseScale, 0.5)
      return combine(tf.div(tf.mul(half, sum), product), tf.div(doubleAlong, tf.mul(product, sum)))
    },
  }
}
