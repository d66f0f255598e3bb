import * as tf from '@tensorflow/tfjs-core'
import { yieldToEvents } from './events'
import { headRows, logitsOf } from './head'
import type { InnerModel } from './inner-model'
import { gatherHeadInputs, rowSlices } from './prediction-losses'
import type { PredictionRows } from './prediction-rows'

/**
 * The loss gradient at the head's input, with `E` the head's rows and `h` the hidden state (paper, section 3.4):
 * - `softmax`: `E^T (softmax(E h) - onehot)`, the gradient of cross-entropy;
 * - `quad`: `E^T (E h - onehot)`, of the quadratic loss of Saunshi et al.;
 * - `target`: `E^T (1/V - onehot)`, the mean row minus the target's row, which needs no softmax.
 */
export const lossGradients = ['softmax', 'quad', 'target'] as const

/** One of {@link lossGradients}. */
export type LossGradient = (typeof lossGradients)[number]

/**
 * The gradient of the summed training loss at the head's input; zero for rows that predict no training target. Logits
 * are made slice by slice, and timers and signals run between slices.
 *
 * @param headInput `[batch * N, embedding width]`; stays the caller's
 * @returns `[batch * N, embedding width]`, owned by the caller
 */
export async function lossGradientAtHead(
  kind: LossGradient,
  model: InnerModel,
  headInput: tf.Tensor2D,
  { rows, targets }: PredictionRows,
  signal?: AbortSignal,
): Promise<tf.Tensor2D> {
  const gradients: tf.Tensor[] = []
  try {
    for (const [start, end] of rowSlices(model, rows.length)) {
      gradients.push(
        sliceGradient(kind, model, headInput, rows.subarray(start, end), targets.subarray(start, end)),
      )
      await yieldToEvents()
      signal?.throwIfAborted()
    }
    return tf.tidy(() => {
      const indices = tf.tensor2d(rows, [rows.length, 1], 'int32')
      return tf.scatterND(indices, tf.concat(gradients, 0), headInput.shape) as tf.Tensor2D
    })
  } finally {
    tf.dispose(gradients)
  }
}

/** The gradient of each of a few rows. */
function sliceGradient(
  kind: LossGradient,
  model: InnerModel,
  headInput: tf.Tensor2D,
  rows: Int32Array,
  targets: Int32Array,
): tf.Tensor {
  return tf.tidy(() => {
    const targetRows = tf.gather(headRows(model), tf.tensor1d(targets, 'int32'))
    return tf.sub(expectedHeadRows(kind, model, gatherHeadInputs(headInput, rows)), targetRows)
  })
}

/**
 * The head's rows as the model expects them at each position, `E^T prediction`: what the loss gradient takes the
 * target's row from.
 *
 * @param inputs `[rows, embedding width]`, rows of the head's input; stays the caller's
 * @returns `[rows, embedding width]`, or `[1, embedding width]` where it is the same for all; owned by the caller
 */
export function expectedHeadRows(kind: LossGradient, model: InnerModel, inputs: tf.Tensor2D): tf.Tensor2D {
  const head = headRows(model)
  switch (kind) {
    case 'softmax':
      return tf.tidy(() => tf.matMul(tf.softmax(logitsOf(model, inputs)), head))
    case 'quad':
      return tf.tidy(() => tf.matMul(logitsOf(model, inputs), head))
    case 'target':
      return tf.mean(head, 0, true)
  }
}
