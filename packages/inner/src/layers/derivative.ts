import * as tf from '@tensorflow/tfjs-core'
import type { Derivative } from './gradient-rules'

/** A finite difference: {@link Derivative} without `analytic`. */
export type FiniteDifference = Exclude<Derivative, { kind: 'analytic' }>

/**
 * The derivative of `f` at `x` along `direction`, by a finite difference. For functions whose Jacobian is symmetric
 * (activations and normalisations) this is their backward as well (paper, section 3.3).
 *
 * The error falls with the scale until float32's rounding takes over: safe scales are 10 to 1000 for `central` and
 * 100 to 10000 for `forward`; see DESIGN's table of measured errors.
 *
 * @param x `[batch, positions, width]`
 * @param direction the gradient of `f`'s output, of the same shape
 * @returns of the same shape, owned by the caller
 */
export function directionalDerivative(
  f: (x: tf.Tensor3D) => tf.Tensor3D,
  x: tf.Tensor3D,
  direction: tf.Tensor3D,
  { kind, scale }: FiniteDifference,
): tf.Tensor3D {
  return tf.tidy(() => {
    const step = tf.div(direction, scale)
    const ahead = f(tf.add(x, step) as tf.Tensor3D)
    if (kind === 'forward') return tf.mul(tf.sub(ahead, f(x)), scale) as tf.Tensor3D
    const behind = f(tf.sub(x, step) as tf.Tensor3D)
    return tf.mul(tf.sub(ahead, behind), scale / 2) as tf.Tensor3D
  })
}
