import type * as tf from '@tensorflow/tfjs-core'
import type { TintDimensions } from '../plan/dimensions'
import type { TintState } from '../state/state'
import type { Execution } from './execution'
import type { StateChange } from './gate'

/** Shapes of an operator's dense parameters by their names, as they are counted: zeros and identities too. */
export type ParameterShapes = Readonly<Record<string, readonly number[]>>

/** An operator's dense parameters by their names. */
export type Matrices = Readonly<Record<string, tf.Tensor>>

/** What dense parameters depend on: the sizes and, for descent, the learning rate. */
export type MatrixSettings = Pick<Execution, 'dimensions' | 'learningRate'>

/**
 * An operator's four sides, in one file for each: what it counts, how its structure is executed, its dense matrices, and
 * how a transformer without that knowledge executes them. All run inside the caller's `tf.tidy`.
 */
export interface OperatorArithmetic<Operator> {
  parameters(operator: Operator, dimensions: TintDimensions): ParameterShapes
  /** The new value, by the structure: selections are slices, zeros are left out. */
  apply(operator: Operator, state: TintState, execution: Execution): StateChange
  /** The dense parameters, built from the image of each basis direction. */
  materialise(operator: Operator, settings: MatrixSettings): Matrices
  /**
   * The new value at all positions, by dense products.
   *
   * @param state `[batch, K + N, Dsim]`
   * @returns `[batch, K + N, Dsim]`
   */
  applyDense(operator: Operator, state: tf.Tensor3D, matrices: Matrices, execution: Execution): tf.Tensor3D
}
