import * as tf from '@tensorflow/tfjs-core'
import type { Derivative } from './gradient-rules'

/** A finite difference: {@link Derivative} without `analytic`. */
export type FiniteDifference = Exclude<Derivative, { kind: 'analytic' }>

/**
 * The derivative of a function along a direction, by a finite difference. For functions whose Jacobian is symmetric
 * (activations and normalisations) along the gradient of their output this is their backward as well (paper, section
 * 3.3).
 *
 * A transformer subtracts two values of the function, and float32's rounding of both limits it to scales of 10 to 1000
 * (`central`) and 100 to 10000 (`forward`). Here the function tells its difference itself, free of cancellation, so
 * that only the difference's own error remains.
 *
 * @param difference `f(x + t direction) - f(x)` for a number `t`
 * @returns of the same shape, owned by the caller
 */
export function directionalDerivative(
  difference: (t: number) => tf.Tensor3D,
  { kind, scale }: FiniteDifference,
): tf.Tensor3D {
  return tf.tidy(() => {
    const ahead = difference(1 / scale)
    if (kind === 'forward') return tf.mul(ahead, scale)
    return tf.mul(tf.sub(ahead, difference(-1 / scale)), scale / 2)
  })
}
