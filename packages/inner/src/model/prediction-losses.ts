import * as tf from '@tensorflow/tfjs-core'
import { headRows } from './head'
import { accumulateHeadYielding } from './head-slices'
import type { InnerModel } from './inner-model'
import type { PredictionRows } from './prediction-rows'
import { SoftmaxAccumulator } from './softmax-accumulator'

/**
 * Cross-entropy of each prediction, in nats: `logsumexp(logits) - logits[target]`, where logits are never all alive.
 *
 * @param headInput `[batch * N, embedding width]`; stays the caller's
 * @param signal stops between slices of the vocabulary
 */
export async function predictionLosses(
  model: InnerModel,
  headInput: tf.Tensor2D,
  { rows, targets }: PredictionRows,
  signal?: AbortSignal,
): Promise<Float32Array> {
  if (rows.length === 0) return new Float32Array()
  const inputs = gatherHeadInputs(headInput, rows)
  const softmax = new SoftmaxAccumulator()
  try {
    await accumulateHeadYielding(model, inputs, softmax, signal)
    const losses = tf.tidy(() => tf.sub(softmax.logSumExp(), targetLogits(model, inputs, targets)))
    try {
      return await losses.data<'float32'>()
    } finally {
      losses.dispose()
    }
  } finally {
    inputs.dispose()
    softmax.dispose()
  }
}

/** `[rows]` */
function targetLogits(model: InnerModel, inputs: tf.Tensor2D, targets: Int32Array): tf.Tensor1D {
  const indices = tf.tensor1d(targets, 'int32')
  const logits = tf.sum(tf.mul(inputs, tf.gather(headRows(model), indices)), 1) as tf.Tensor1D
  const { bias } = model.description.head
  return bias === undefined ? logits : tf.add(logits, tf.gather(model.weights.vector(bias), indices))
}

/** Rows of the head's input. @returns `[rows, embedding width]`, owned by the caller */
export function gatherHeadInputs(headInput: tf.Tensor2D, rows: Int32Array): tf.Tensor2D {
  return tf.tidy(() => tf.gather(headInput, tf.tensor1d(rows, 'int32')))
}
