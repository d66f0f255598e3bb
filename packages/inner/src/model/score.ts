import * as tf from '@tensorflow/tfjs-core'
import { InputError } from '@tintjs/tensor'
import { AttentionContext } from '../layers/attention-context'
import { type ForwardOptions, forwardToHead } from './forward'
import type { InnerModel } from './inner-model'
import { checkInputs, type ModelInputs, type TokenInput } from './inputs'
import { predictionLosses } from './prediction-losses'
import { type PredictionRows, predictionRows } from './prediction-rows'

/** How well a model predicts a sequence. */
export interface SequenceScore {
  /** Mean cross-entropy of tokens `1..N-1`, in nats. */
  readonly loss: number
  /** Cross-entropy of each of them, in nats, `[N - 1]`. */
  readonly tokenLosses: Float32Array
}

/**
 * Scores sequences: how well each token is predicted from those before it.
 *
 * @param tokens `[N]` or `[batch][N]`
 * @returns one score a sequence
 * @throws InputError for ids outside the vocabulary, contexts longer than the model's, masks of a wrong shape
 */
export async function scoreTokens(
  model: InnerModel,
  tokens: TokenInput,
  options: ForwardOptions = {},
): Promise<SequenceScore[]> {
  const inputs = checkInputs(model.description, tokens, options)
  return withHeadInput(model, inputs, options, async (headInput) => {
    const scores: SequenceScore[] = []
    for (const sequence of inputs.tokens.keys()) {
      const predictions = predictionRows(inputs, [sequence], (_, t) => t >= 1)
      const tokenLosses = await predictionLosses(model, headInput, predictions, options.signal)
      scores.push({
        loss: tokenLosses.reduce((sum, loss) => sum + loss, 0) / tokenLosses.length,
        tokenLosses,
      })
    }
    return scores
  })
}

/**
 * Scores chosen tokens after chosen places: those that follow there, or any others that might. Only these places go
 * through the head, which takes most of a small model's time.
 *
 * @param tokens `[N]` or `[batch][N]`, at least one token each
 * @param predictions row `sequence * N + position` is asked how well it predicts its target as the next token
 * @returns the cross-entropy of each prediction in nats, minus the logarithm of its probability
 * @throws InputError as {@link scoreTokens}, and for rows that the input does not have
 */
export async function scorePredictions(
  model: InnerModel,
  tokens: TokenInput,
  predictions: PredictionRows,
  options: ForwardOptions = {},
): Promise<Float32Array> {
  const inputs = checkInputs(model.description, tokens, options, 1)
  checkPredictions(model, inputs, predictions)
  return withHeadInput(model, inputs, options, (headInput) =>
    predictionLosses(model, headInput, predictions, options.signal),
  )
}

function checkPredictions(
  { description: { vocabularySize } }: InnerModel,
  { batch, length }: ModelInputs,
  { rows, targets }: PredictionRows,
): void {
  if (rows.length !== targets.length) {
    throw new InputError(
      `There are ${rows.length} rows and ${targets.length} targets of predictions; expected as many of both.`,
    )
  }
  const outside = (values: Int32Array, end: number) => values.find((value) => value < 0 || value >= end)
  const row = outside(rows, batch * length)
  if (row !== undefined) {
    throw new InputError(`A prediction is of row ${row}; expected rows from 0 to ${batch * length - 1}.`)
  }
  const target = outside(targets, vocabularySize)
  if (target !== undefined) {
    throw new InputError(
      `A prediction has the target ${target}, which is outside the vocabulary; expected whole numbers from 0 to ${vocabularySize - 1}.`,
    )
  }
}

/** Runs a model up to its head. @param use given `[batch * N, embedding width]`, which is freed after it */
async function withHeadInput<Result>(
  model: InnerModel,
  inputs: ModelInputs,
  options: ForwardOptions,
  use: (headInput: tf.Tensor2D) => Promise<Result>,
): Promise<Result> {
  const attention = new AttentionContext(inputs)
  const pass = { parameters: options.parameters ?? model.weights, attention }
  let headInput: tf.Tensor3D | undefined
  try {
    headInput = await forwardToHead(model, inputs, pass, options.signal)
    const flat = tf.reshape(headInput, [inputs.batch * inputs.length, headInput.shape[2]]) as tf.Tensor2D
    headInput.dispose()
    headInput = undefined
    try {
      return await use(flat)
    } finally {
      flat.dispose()
    }
  } finally {
    headInput?.dispose()
    attention.dispose()
  }
}
