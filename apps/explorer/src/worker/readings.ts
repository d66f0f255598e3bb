import * as tf from '@tensorflow/tfjs-core'
import {
  AttentionContext,
  checkInputs,
  forwardToHead,
  type InnerModel,
  logitsOf,
  type ParameterValues,
  predictionLosses,
  predictionRows,
  yieldToEvents,
} from '@tintjs/inner'
import type { OutputOf } from '../protocol/tasks'

/** What a model expects at each place of a text. */
export type Reading = OutputOf<'step'>['before']

/** The most likely tokens that are told at each place. */
export const topCount = 5

/** Positions that go through the head at once: a small share of what a large vocabulary would take for all of them. */
const sliceLength = 64

/**
 * Reads a text: how surprising each token is, and what was expected in its place.
 *
 * @param ids `[N]`
 * @param parameters the model's own, or what a step has made of them
 */
export async function readText(
  model: InnerModel,
  ids: Int32Array,
  parameters: ParameterValues,
  signal: AbortSignal,
): Promise<Reading> {
  const inputs = checkInputs(model.description, ids)
  const attention = new AttentionContext(inputs)
  let rows: tf.Tensor2D | undefined
  try {
    const hidden = await forwardToHead(model, inputs, { parameters, attention }, signal)
    rows = tf.tidy(() => tf.reshape(hidden, [inputs.length, hidden.shape[2]]))
    hidden.dispose()
    const targets = predictionRows(inputs, [0], (_, token) => token >= 1)
    const losses = new Float32Array(inputs.length)
    losses.set(await predictionLosses(model, rows, targets, signal), 1)
    return { losses, ...(await topPredictions(model, rows, signal)) }
  } finally {
    rows?.dispose()
    attention.dispose()
  }
}

/** Row `t - 1` of the head's input predicts token `t`, so that the last row's predictions belong to no token. */
async function topPredictions(
  model: InnerModel,
  rows: tf.Tensor2D,
  signal: AbortSignal,
): Promise<Pick<Reading, 'topTokens' | 'topProbabilities'>> {
  const length = rows.shape[0]
  const topTokens = new Int32Array(length * topCount)
  const topProbabilities = new Float32Array(length * topCount)
  for (let start = 0; start < length - 1; start += sliceLength) {
    signal.throwIfAborted()
    const size = Math.min(sliceLength, length - 1 - start)
    const { values, indices } = tf.tidy(() => topOfSlice(model, rows, start, size))
    try {
      topProbabilities.set(await values.data<'float32'>(), (start + 1) * topCount)
      topTokens.set(await indices.data<'int32'>(), (start + 1) * topCount)
    } finally {
      tf.dispose([values, indices])
    }
    await yieldToEvents()
  }
  return { topTokens, topProbabilities }
}

function topOfSlice(model: InnerModel, rows: tf.Tensor2D, start: number, size: number) {
  const logits = logitsOf(model, tf.slice(rows, [start, 0], [size, rows.shape[1]]))
  const count = Math.min(topCount, logits.shape[1])
  const { values, indices } = tf.topk(logits, count)
  const probabilities = tf.exp(tf.sub(values, tf.logSumExp(logits, 1, true)))
  // A vocabulary of fewer tokens has others of probability 0.
  const rest: [number, number][] = [
    [0, 0],
    [0, topCount - count],
  ]
  return { values: tf.pad(probabilities, rest), indices: tf.pad(indices, rest) }
}
