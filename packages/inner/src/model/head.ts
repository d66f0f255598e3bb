import * as tf from '@tensorflow/tfjs-core'
import { multiplyBy, multiplyByTransposed } from '@tintjs/tensor'
import type { InnerModel } from './inner-model'

/**
 * From the last hidden state to the rows that are compared with the vocabulary.
 *
 * @param hidden `[batch, positions, width]`
 * @returns `[batch, positions, embedding width]`, owned by the caller
 */
export function projectToHead({ description, weights }: InnerModel, hidden: tf.Tensor3D): tf.Tensor3D {
  const { projection } = description.head
  return projection === undefined
    ? tf.clone(hidden)
    : multiplyByTransposed(hidden, weights.get(projection) as tf.Tensor2D)
}

/** The backward of {@link projectToHead}, of the same shapes the other way round. */
export function projectToHeadBackward(
  { description, weights }: InnerModel,
  gradient: tf.Tensor3D,
): tf.Tensor3D {
  const { projection } = description.head
  return projection === undefined
    ? tf.clone(gradient)
    : multiplyBy(gradient, weights.get(projection) as tf.Tensor2D)
}

/** The head's rows `E`, `[vocabulary, embedding width]`; stay the model's. */
export function headRows({ description, weights }: InnerModel): tf.Tensor2D {
  return weights.get(description.head.vocabulary) as tf.Tensor2D
}

/**
 * `E h` for each position, plus the head's bias where it has one.
 *
 * @param rows `[positions, embedding width]`, from {@link projectToHead}
 * @returns `[positions, vocabulary]`, owned by the caller
 */
export function logitsOf(model: InnerModel, rows: tf.Tensor2D): tf.Tensor2D {
  const { bias } = model.description.head
  if (bias === undefined) return tf.matMul(rows, headRows(model), false, true)
  return tf.tidy(() => tf.add(tf.matMul(rows, headRows(model), false, true), model.weights.vector(bias)))
}
