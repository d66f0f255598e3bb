import type * as tf from '@tensorflow/tfjs-core'
import type { SharedOrBatchedMatrix } from '@tintjs/tensor'
import type { WeightReference } from './reference'

/**
 * An update that is kept as its factors (a fast weight): it adds `sum_t gradient_t input_t^T` to a matrix
 * `[output, input]`, for each sequence on its own.
 */
export interface OuterProduct {
  /** `[batch, positions, output]`, already multiplied by minus the learning rate. */
  readonly scaledGradient: tf.Tensor3D
  /** `[batch, positions, input]` */
  readonly input: tf.Tensor3D
}

/** A matrix `[output, input]` as a step sees it: a dense part and updates that were not folded into it. */
export interface MatrixValue {
  readonly weight: SharedOrBatchedMatrix
  readonly updates: readonly OuterProduct[]
}

/** Where layers read their parameters from: the checkpoint's, or what a step has made of them. */
export interface ParameterValues {
  /** The value of a matrix `[output, input]`. The tensors stay the owner's. */
  matrix(reference: WeightReference): MatrixValue
  /** The value of a vector: `[width]`, or `[batch, 1, width]` once each sequence has its own. Stays the owner's. */
  vector(reference: WeightReference): tf.Tensor1D | tf.Tensor3D
}

/** How a layer wants one of its parameters to change: what descent subtracts, times the learning rate. */
export type ParameterChange =
  | {
      readonly kind: 'outerProduct'
      readonly reference: WeightReference
      /** `[batch, positions, output]` */
      readonly outputGradient: tf.Tensor3D
      /** `[batch, positions, input]` */
      readonly input: tf.Tensor3D
    }
  | {
      readonly kind: 'vector'
      readonly reference: WeightReference
      /** `[batch, 1, width]` */
      readonly gradient: tf.Tensor3D
    }
