import type * as tf from '@tensorflow/tfjs-core'
import { type ActivationName, activationFunctions } from '@tintjs/inner'
import type { OperatorArithmetic } from './arithmetic'
import { crossHeadShape, mixSlots, type SlotTerm, slotMatrix } from './cross-head-linear'
import { crossHeadProduct, matrixNamed } from './dense-products'

/** An MLP of two cross-head linears around an activation: `W2 f(W1 x)` at every position. */
export interface Perceptron {
  readonly kind: 'perceptron'
  readonly activation: ActivationName
  readonly first: readonly SlotTerm[]
  readonly second: readonly SlotTerm[]
}

export const perceptron: OperatorArithmetic<Perceptron> = {
  parameters: (_, dimensions) => ({
    'first.heads': crossHeadShape(dimensions),
    'second.heads': crossHeadShape(dimensions),
  }),

  apply({ activation, first, second }, { tokens }, execution) {
    const hidden = mixSlots(first, tokens, execution)
    // All activations are zero at zero, so that empty slots stay empty.
    const active = hidden.map((slot) =>
      slot === undefined ? slot : activationFunctions[activation].value(slot),
    )
    return { tokens: mixSlots(second, active, execution) }
  },

  materialise: ({ first, second }, settings) => ({
    'first.heads': slotMatrix(first, settings),
    'second.heads': slotMatrix(second, settings),
  }),

  applyDense({ activation }, state, matrices) {
    const layer = (name: string) => matrixNamed(matrices, `${name}.heads`) as tf.Tensor3D
    const hidden = crossHeadProduct(state, layer('first'))
    return crossHeadProduct(activationFunctions[activation].value(hidden), layer('second'))
  },
}
