import * as tf from '@tensorflow/tfjs-core'
import type { TintDimensions } from '../plan/dimensions'
import { type TokenSlots, tokenSlots } from '../state/state'
import type { OperatorArithmetic } from './arithmetic'
import { crossHeadProduct, matrixNamed } from './dense-products'
import { type Coefficient, coefficientValue, type Execution } from './execution'

/** A slot's part in another slot's new value: `into += coefficient * from`, head by head. */
export interface SlotTerm {
  readonly into: number
  readonly from: number
  /** Default 1. */
  readonly coefficient?: Coefficient
}

/**
 * Mixes heads with one `H x H` matrix in each channel; here always whole slots, and all channels alike. It moves, adds
 * and scales: what no term names becomes zero.
 */
export interface CrossHeadLinear {
  readonly kind: 'crossHeadLinear'
  readonly terms: readonly SlotTerm[]
}

/** `K H^2` numbers: `[channels, heads out, heads in]`. */
export function crossHeadShape({ prefixTokens, linearHeads }: TintDimensions): readonly number[] {
  return [prefixTokens, linearHeads, linearHeads]
}

/** The new slots that terms make of the old ones. */
export function mixSlots(terms: readonly SlotTerm[], slots: TokenSlots, execution: Execution): TokenSlots {
  const mixed = new Map<number, tf.Tensor3D | undefined>()
  for (const { into, from, coefficient = 1 } of terms) {
    const value = slots[from]
    if (value === undefined) continue
    const factor = coefficientValue(coefficient, execution)
    const scaled: tf.Tensor3D = factor === 1 ? value : tf.mul(value, factor)
    const before = mixed.get(into)
    mixed.set(into, before === undefined ? scaled : (tf.add(before, scaled) as tf.Tensor3D))
  }
  return tokenSlots(slots.length, mixed)
}

/** One head's part in another's: `into += factor * from`. */
export interface HeadTerm {
  readonly into: number
  readonly from: number
  readonly factor: number
}

/** The dense matrix of head terms that hold in every channel. @returns `[channels, heads, heads]` */
export function crossHeadMatrix(heads: number, channels: number, terms: readonly HeadTerm[]): tf.Tensor3D {
  const values = new Float32Array(heads * heads)
  for (const { into, from, factor } of terms) {
    const index = into * heads + from
    values[index] = (values[index] ?? 0) + factor
  }
  return tf.tidy(() => tf.tile(tf.tensor3d(values, [1, heads, heads]), [channels, 1, 1]))
}

/** The dense matrix of terms over whole slots. */
export function slotMatrix(
  terms: readonly SlotTerm[],
  settings: Pick<Execution, 'dimensions' | 'learningRate'>,
): tf.Tensor3D {
  const { rowsPerPrefix, linearHeads, prefixTokens } = settings.dimensions
  const headTerms = terms.flatMap(({ into, from, coefficient = 1 }) =>
    Array.from({ length: rowsPerPrefix }, (_, head) => ({
      into: into * rowsPerPrefix + head,
      from: from * rowsPerPrefix + head,
      factor: coefficientValue(coefficient, settings),
    })),
  )
  return crossHeadMatrix(linearHeads, prefixTokens, headTerms)
}

export const crossHeadLinear: OperatorArithmetic<CrossHeadLinear> = {
  parameters: (_, dimensions) => ({ heads: crossHeadShape(dimensions) }),
  apply: ({ terms }, { tokens }, execution) => ({ tokens: mixSlots(terms, tokens, execution) }),
  materialise: ({ terms }, settings) => ({ heads: slotMatrix(terms, settings) }),
  applyDense: (_, state, matrices) => crossHeadProduct(state, matrixNamed(matrices, 'heads') as tf.Tensor3D),
}
