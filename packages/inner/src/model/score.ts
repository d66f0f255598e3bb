import * as tf from '@tensorflow/tfjs-core'
import { AttentionContext } from '../layers/attention-context'
import { type ForwardOptions, forwardToHead } from './forward'
import type { InnerModel } from './inner-model'
import { checkInputs, type TokenInput } from './inputs'
import { predictionLosses } from './prediction-losses'
import { predictionRows } from './prediction-rows'

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
  const attention = new AttentionContext(inputs)
  const pass = { parameters: options.parameters ?? model.weights, attention }
  let headInput: tf.Tensor3D | undefined
  try {
    headInput = await forwardToHead(model, inputs, pass, options.signal)
    const flat = tf.reshape(headInput, [inputs.batch * inputs.length, headInput.shape[2]]) as tf.Tensor2D
    headInput.dispose()
    headInput = undefined
    try {
      const scores: SequenceScore[] = []
      for (const sequence of inputs.tokens.keys()) {
        const predictions = predictionRows(inputs, [sequence], (_, t) => t >= 1)
        const tokenLosses = await predictionLosses(model, flat, predictions, options.signal)
        scores.push({
          loss: tokenLosses.reduce((sum, loss) => sum + loss, 0) / tokenLosses.length,
          tokenLosses,
        })
      }
      return scores
    } finally {
      flat.dispose()
    }
  } finally {
    headInput?.dispose()
    attention.dispose()
  }
}
