import * as tf from '@tensorflow/tfjs-core'
import type { Derivative } from './gradient-rules'

/** A finite difference: {@link Derivative} without `analytic`. */
export type FiniteDifference = Exclude<Derivative, { kind: 'analytic' }>

/** What a function is asked for: its differences along a direction, each without cancellation. */
export interface DirectionalDifferences {
  /** `f(x + t direction) - f(x)` for a number `t` */
  readonly forward: (t: number) => tf.Tensor3D
  /** `f(x + t direction) - f(x - t direction)` for a number `t` */
  readonly central: (t: number) => tf.Tensor3D
}

/** Both differences of a function that knows no shorter way to the central one. */
export function differencesFromForward(forward: DirectionalDifferences['forward']): DirectionalDifferences {
  return { forward, central: (t) => tf.sub(forward(t), forward(-t)) }
}

/**
 * The derivative of a function along a direction, by a finite difference. For functions whose Jacobian is symmetric
 * (activations and normalisations) along the gradient of their output this is their backward as well (paper, section
 * 3.3).
 *
 * A transformer subtracts two values of the function, and float32's rounding of both limits it to scales of 10 to 1000
 * (`central`) and 100 to 10000 (`forward`). Here the function tells its differences itself, free of cancellation, so
 * that only the difference's own error remains.
 *
 * @returns of the same shape, owned by the caller
 */
export function directionalDerivative(
  differences: DirectionalDifferences,
  { kind, scale }: FiniteDifference,
): tf.Tensor3D {
  const perUnit = kind === 'forward' ? scale : scale / 2
  return tf.tidy(() => tf.mul(differences[kind](1 / scale), perUnit))
}
