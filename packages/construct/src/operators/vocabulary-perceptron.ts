import * as tf from '@tensorflow/tfjs-core'
import { expectedHeadRows, gatherHeadInputs, headRows, type LossGradient } from '@tintjs/inner'
import { inWholeSlot, tokenSlots } from '../state/state'
import type { OperatorArithmetic } from './arithmetic'
import { tokensOf, withoutPrefixes } from './dense-products'
import { type Execution, requireFilled } from './execution'
import { trainMask } from './next-token-attention'

/**
 * An MLP whose two matrices are the inner model's own head, `E^T f(E h)`: with `f` the softmax it gives the head's row
 * that the model expects, with the identity that of the quadratic loss; the third loss gradient takes the mean row.
 * It counts no parameters of its own.
 */
export interface VocabularyPerceptron {
  readonly kind: 'vocabularyPerceptron'
  readonly lossGradient: LossGradient
  readonly fromSlot: number
  readonly intoSlot: number
}

export const vocabularyPerceptron: OperatorArithmetic<VocabularyPerceptron> = {
  parameters: () => ({}),

  /** Only rows that predict a training target. */
  apply({ lossGradient, fromSlot, intoSlot }, { tokens }, execution) {
    const { model, train, dimensions } = execution
    const slot = requireFilled(tokens[fromSlot], `token slot ${fromSlot}`)
    const inputs = headInputs(slot, execution)
    const rows = gatherHeadInputs(inputs, train.rows)
    const expected = tf.tile(expectedHeadRows(lossGradient, model, rows), [
      lossGradient === 'target' ? train.rows.length : 1,
      1,
    ])
    const indices = tf.tensor2d(train.rows, [train.rows.length, 1], 'int32')
    const scattered = tf.scatterND(indices, expected, inputs.shape)
    const whole = inWholeSlot(
      tf.reshape(scattered, [slot.shape[0], slot.shape[1], inputs.shape[1]]),
      dimensions.width,
    )
    return { tokens: tokenSlots(dimensions.slots, new Map([[intoSlot, whole]])) }
  },

  materialise: () => ({}),

  applyDense({ lossGradient, fromSlot, intoSlot }, state, _, execution) {
    const { dimensions, model } = execution
    const { width, slots } = dimensions
    const text = tokensOf(state, dimensions)
    const [batch, count] = text.shape
    const slot = tf.slice(text, [0, 0, fromSlot * width], [batch, count, width])
    const expected = expectedHeadRows(lossGradient, model, headInputs(slot, execution))
    const rows = tf.tile(expected, [expected.shape[0] === 1 ? batch * count : 1, 1])
    const shaped = inWholeSlot(tf.reshape(rows, [batch, count, rows.shape[1] as number]), width)
    const masked = tf.mul(shaped, trainMask(execution, batch)) as tf.Tensor3D
    const all = tf.pad(masked, [
      [0, 0],
      [0, 0],
      [intoSlot * width, (slots - 1 - intoSlot) * width],
    ])
    return withoutPrefixes(all, dimensions)
  },
}

/** The embedding's part of a slot, `[batch * N, embedding width]`. */
function headInputs(slot: tf.Tensor3D, { model }: Execution): tf.Tensor2D {
  const [batch, count, width] = slot.shape
  const embeddingWidth = headRows(model).shape[1]
  const rows = tf.reshape(slot, [batch * count, width]) as tf.Tensor2D
  return embeddingWidth === width ? rows : tf.slice(rows, [0, 0], [batch * count, embeddingWidth])
}
