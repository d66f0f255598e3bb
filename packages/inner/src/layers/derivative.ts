import type * as tf from '@tensorflow/tfjs-core'
import type { Derivative } from './gradient-rules'

/** A finite difference: {@link Derivative} without `analytic`. */
export type FiniteDifference = Exclude<Derivative, { kind: 'analytic' }>

/** What a function is asked for: its difference quotients along a direction, each without cancellation. */
export interface DifferenceQuotients {
  /** `(f(x + t direction) - f(x)) / t` for a number `t` above 0 */
  readonly forward: (t: number) => tf.Tensor3D
  /** `(f(x + t direction) - f(x - t direction)) / (2 t)` for a number `t` above 0 */
  readonly central: (t: number) => tf.Tensor3D
}

/**
 * The derivative of a function along a direction, by a finite difference. For functions whose Jacobian is symmetric
 * (activations and normalisations) along the gradient of their output this is their backward as well (paper, section
 * 3.3).
 *
 * A transformer subtracts two values of the function, and float32's rounding of both limits it to scales of 10 to 1000
 * (`central`) and 100 to 10000 (`forward`). Here the function tells its quotients itself, free of cancellation, so
 * that only the difference's own error remains.
 *
 * @returns of the same shape, the caller's `tf.tidy`'s
 */
export function directionalDerivative(
  quotients: DifferenceQuotients,
  { kind, scale }: FiniteDifference,
): tf.Tensor3D {
  return quotients[kind](1 / scale)
}
