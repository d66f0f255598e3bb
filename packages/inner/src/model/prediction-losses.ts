import * as tf from '@tensorflow/tfjs-core'
import { crossEntropy } from '@tintjs/tensor'
import { yieldToEvents } from './events'
import { logitsOf } from './head'
import type { InnerModel } from './inner-model'
import type { PredictionRows } from './prediction-rows'

/** Logits are never all alive: slices of rows hold about so many numbers (32 MB). */
const sliceNumbers = 8_000_000

/** Ranges of rows whose logits may be alive at once. */
export function rowSlices({ description }: InnerModel, count: number): [start: number, end: number][] {
  const size = Math.max(1, Math.floor(sliceNumbers / description.vocabularySize))
  return Array.from({ length: Math.ceil(count / size) }, (_, index) => [
    index * size,
    Math.min(count, (index + 1) * size),
  ])
}

/**
 * Cross-entropy of each prediction, in nats.
 *
 * @param headInput `[batch * N, embedding width]`; stays the caller's
 * @param signal stops between slices of logits
 */
export async function predictionLosses(
  model: InnerModel,
  headInput: tf.Tensor2D,
  { rows, targets }: PredictionRows,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const losses = new Float32Array(rows.length)
  for (const [start, end] of rowSlices(model, rows.length)) {
    const slice = tf.tidy(() => {
      const logits = logitsOf(model, gatherHeadInputs(headInput, rows.subarray(start, end)))
      return crossEntropy(logits, tf.tensor1d(targets.subarray(start, end), 'int32'))
    })
    try {
      losses.set(await slice.data<'float32'>(), start)
    } finally {
      slice.dispose()
    }
    await yieldToEvents()
    signal?.throwIfAborted()
  }
  return losses
}

/** Rows of the head's input. @returns `[rows, embedding width]`, owned by the caller */
export function gatherHeadInputs(headInput: tf.Tensor2D, rows: Int32Array): tf.Tensor2D {
  return tf.gather(headInput, tf.tensor1d(rows, 'int32'))
}
