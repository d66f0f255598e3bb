import * as tf from '@tensorflow/tfjs-core'
import { type ActivationName, activationFunctions } from '@tintjs/inner'
import type { TokenSlots } from '../state/state'
import type { OperatorArithmetic } from './arithmetic'
import { crossHeadShape, mixSlots, type SlotTerm, slotMatrix } from './cross-head-linear'
import { crossHeadProduct, matrixNamed } from './dense-products'

/**
 * A gated linear unit of cross-head linears: `W3 (g(W1 x) * W2 x)`. With `slopeOf`, `g` is that activation's slope, 0 or
 * a constant on each piece: the exact derivative of a piecewise-linear activation. Without it `g` is the identity, and
 * the unit multiplies two slots.
 */
export interface GatedUnit {
  readonly kind: 'gatedUnit'
  readonly slopeOf?: ActivationName | undefined
  readonly gate: readonly SlotTerm[]
  readonly signal: readonly SlotTerm[]
  readonly output: readonly SlotTerm[]
}

const parts = ['gate', 'signal', 'output'] as const

const multiply = (first: tf.Tensor3D, second: tf.Tensor3D) => tf.mul(first, second) as tf.Tensor3D

const opening = ({ slopeOf }: GatedUnit, x: tf.Tensor3D) =>
  slopeOf === undefined ? x : activationFunctions[slopeOf].slope(x)

export const gatedUnit: OperatorArithmetic<GatedUnit> = {
  parameters: (_, dimensions) =>
    Object.fromEntries(parts.map((part) => [`${part}.heads`, crossHeadShape(dimensions)])),

  apply(operator, { tokens }, execution) {
    const gate = mixSlots(operator.gate, tokens, execution)
    const signal = mixSlots(operator.signal, tokens, execution)
    const product: TokenSlots = signal.map((value, slot) => {
      const open = gate[slot]
      return value === undefined || open === undefined ? undefined : multiply(opening(operator, open), value)
    })
    return { tokens: mixSlots(operator.output, product, execution) }
  },

  materialise: (operator, settings) =>
    Object.fromEntries(parts.map((part) => [`${part}.heads`, slotMatrix(operator[part], settings)])),

  applyDense(operator, state, matrices) {
    const linear = (part: (typeof parts)[number], x: tf.Tensor3D) =>
      crossHeadProduct(x, matrixNamed(matrices, `${part}.heads`) as tf.Tensor3D)
    const product = tf.mul(opening(operator, linear('gate', state)), linear('signal', state)) as tf.Tensor3D
    return linear('output', product)
  },
}
