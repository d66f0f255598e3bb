import type * as tf from '@tensorflow/tfjs-core'

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
  /**
   * `(value(x + t direction) - value(x - t direction)) / (2 t)` for `t` above 0, as free of cancellation, in fewer passes over memory than
   * two differences. Right to float32's accuracy for steps of any finite length, and for `x` whose squares are finite.
   */
  readonly centralQuotient: (x: tf.Tensor3D, direction: tf.Tensor3D, t: number) => tf.Tensor3D
  /** Whether the slope is constant but for kinks, so that a gate gives it exactly. */
  readonly piecewiseLinear: boolean
}
