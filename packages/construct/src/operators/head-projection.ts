import * as tf from '@tensorflow/tfjs-core'
import { headRows, projectToHeadBackward } from '@tintjs/inner'
import { tokenSlots } from '../state/state'
import type { OperatorArithmetic } from './arithmetic'
import { tokensOf, withoutPrefixes } from './dense-products'
import { type Execution, requireFilled } from './execution'

/**
 * The transpose of the projection before the inner model's head (OPT-350M's `project_out`), which takes the loss gradient
 * from the embedding's width back to the model's. The matrix is the inner model's own, and counts no parameters here.
 */
export interface HeadProjectionBackward {
  readonly kind: 'headProjectionBackward'
  readonly slot: number
}

export const headProjectionBackward: OperatorArithmetic<HeadProjectionBackward> = {
  parameters: () => ({}),

  apply({ slot }, { tokens }, execution) {
    const gradient = requireFilled(tokens[slot], `token slot ${slot}`)
    const { slots } = execution.dimensions
    return { tokens: tokenSlots(slots, new Map([[slot, project(gradient, execution)]])) }
  },

  materialise: () => ({}),

  applyDense({ slot }, state, _, execution) {
    const { width, slots } = execution.dimensions
    const text = tokensOf(state, execution.dimensions)
    const [batch, count] = text.shape
    const gradient = tf.slice(text, [0, 0, slot * width], [batch, count, width])
    const all = tf.pad(project(gradient, execution), [
      [0, 0],
      [0, 0],
      [slot * width, (slots - 1 - slot) * width],
    ])
    return withoutPrefixes(all, execution.dimensions)
  },
}

function project(gradient: tf.Tensor3D, { model }: Execution): tf.Tensor3D {
  const [batch, count] = gradient.shape
  return projectToHeadBackward(model, tf.slice(gradient, [0, 0, 0], [batch, count, headRows(model).shape[1]]))
}
