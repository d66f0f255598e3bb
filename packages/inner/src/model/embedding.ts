import * as tf from '@tensorflow/tfjs-core'
import { gatherRows, multiplyByTransposed } from '@tintjs/tensor'
import { normArithmetic } from '../layers/norm'
import type { InnerModel } from './inner-model'
import { integerTensor, type ModelInputs } from './inputs'

/**
 * Token ids to vectors: rows of the token embedding, projected to the model's width where they differ, plus the
 * position's row; then normalised, where the model does that.
 *
 * @returns `[batch, N, width]`, owned by the caller
 */
export function embedTokens({ description, weights }: InnerModel, inputs: ModelInputs): tf.Tensor3D {
  const { tokens, projection, positions, norm } = description.embedding
  return tf.tidy(() => {
    const normalised = (x: tf.Tensor3D) =>
      norm === undefined ? x : normArithmetic.forward(norm, x, { parameters: weights }).output
    let embedded = gatherRows(weights.get(tokens) as tf.Tensor2D, integerTensor(inputs.tokens))
    if (projection !== undefined)
      embedded = multiplyByTransposed(embedded, weights.get(projection) as tf.Tensor2D)
    if (positions === undefined) return normalised(embedded)
    const rows = tf.add(
      integerTensor(inputs.positionIds),
      tf.scalar(positions.offset, 'int32'),
    ) as tf.Tensor2D
    return normalised(tf.add(embedded, gatherRows(weights.get(positions.weight) as tf.Tensor2D, rows)))
  })
}
