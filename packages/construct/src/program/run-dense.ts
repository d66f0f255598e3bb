import * as tf from '@tensorflow/tfjs-core'
import type { TintModule } from '../modules/module'
import type { Execution } from '../operators/execution'
import { applyDenseStep, materialiseStep } from '../operators/operator'

/**
 * Runs a module as a transformer that knows of no structure: every step's dense matrices, at every position and every
 * coordinate. The same function as the structured execution, many times slower; for checking and for showing.
 *
 * @param state `[batch, K + N, Dsim]`, prefixes first; stays the caller's
 * @returns of the same shape, owned by the caller
 */
export function runModuleDensely(module: TintModule, state: tf.Tensor3D, execution: Execution): tf.Tensor3D {
  return tf.tidy(() =>
    module.steps.reduce<tf.Tensor3D>(
      (current, step) => applyDenseStep(step, current, materialiseStep(step, execution), execution),
      tf.clone(state),
    ),
  )
}
