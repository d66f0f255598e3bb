import * as tf from '@tensorflow/tfjs-core'
import { type Normalisation, normalise } from '@tintjs/tensor'
import { denseSlot } from '../state/dense-state'
import type { OperatorArithmetic } from './arithmetic'
import { withoutPrefixes } from './dense-products'

/** Normalises slots, each as a group of its own; without scale and bias. The other slots pass as they are. */
export interface GroupNorm {
  readonly kind: 'groupNorm'
  readonly normalisation: Normalisation
  readonly epsilon: number
  readonly groups: readonly number[]
}

export const groupNorm: OperatorArithmetic<GroupNorm> = {
  parameters: () => ({}),

  apply({ normalisation, epsilon, groups }, { tokens }) {
    const normalised = tokens.map((slot, index) =>
      slot !== undefined && groups.includes(index) ? normalise(normalisation, slot, epsilon).output : slot,
    )
    return { tokens: normalised }
  },

  materialise: () => ({}),

  applyDense({ normalisation, epsilon, groups }, state, _, { dimensions }) {
    const slots = Array.from({ length: dimensions.slots }, (_, slot) => {
      const values = denseSlot(state, slot, dimensions)
      return groups.includes(slot) ? normalise(normalisation, values, epsilon).output : values
    })
    return withoutPrefixes(tf.concat(slots, 2), dimensions)
  },
}
