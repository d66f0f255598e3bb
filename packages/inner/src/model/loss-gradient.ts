import * as tf from '@tensorflow/tfjs-core'
import { type ExpectedRows, LogitRows, SoftmaxRows } from './expected-rows'
import { headRows } from './head'
import { accumulateHead, accumulateHeadYielding } from './head-slices'
import type { InnerModel } from './inner-model'
import { gatherHeadInputs } from './prediction-losses'
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
 * are made slice by slice, and timers and signals run between slices of the vocabulary.
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
  if (rows.length === 0) return tf.zerosLike(headInput)
  const inputs = gatherHeadInputs(headInput, rows)
  const expected = expectedRows(kind)
  try {
    if (expected !== undefined) await accumulateHeadYielding(model, inputs, expected, signal)
    return tf.tidy(() => {
      const targetRows = tf.gather(headRows(model), tf.tensor1d(targets, 'int32'))
      const indices = tf.tensor2d(rows, [rows.length, 1], 'int32')
      const gradients = tf.sub(expected?.rows() ?? meanRow(model), targetRows)
      return tf.scatterND(indices, gradients, headInput.shape) as tf.Tensor2D
    })
  } finally {
    inputs.dispose()
    expected?.dispose()
  }
}

/**
 * The head's rows as the model expects them at each position, `E^T prediction`: what the loss gradient takes the
 * target's row from.
 *
 * @param inputs `[rows, embedding width]`, rows of the head's input; stays the caller's
 * @returns `[rows, embedding width]`, or `[1, embedding width]` where it is the same for all; owned by the caller
 */
export function expectedHeadRows(kind: LossGradient, model: InnerModel, inputs: tf.Tensor2D): tf.Tensor2D {
  const expected = expectedRows(kind)
  if (expected === undefined) return meanRow(model)
  if (inputs.shape[0] === 0) return tf.clone(inputs)
  try {
    accumulateHead(model, inputs, expected)
    return expected.rows()
  } finally {
    expected.dispose()
  }
}

/** None for the loss gradient that depends on no logits. */
function expectedRows(kind: LossGradient): ExpectedRows | undefined {
  switch (kind) {
    case 'softmax':
      return new SoftmaxRows()
    case 'quad':
      return new LogitRows()
    case 'target':
      return undefined
  }
}

function meanRow(model: InnerModel): tf.Tensor2D {
  return tf.mean(headRows(model), 0, true)
}
