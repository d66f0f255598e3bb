import * as tf from '@tensorflow/tfjs-core'
import { tidyStructure } from '@tintjs/tensor'
import type { Layer } from '../layers/layer'
import type { ForwardPass, LayerMemory } from '../layers/pass'
import { forwardLayer } from '../layers/walk'
import { embedTokens } from './embedding'
import { yieldToEvents } from './events'
import { logitsOf, projectToHead } from './head'
import type { InnerModel } from './inner-model'
import { attentionBias, checkInputs, type MaskOptions, type TokenInput } from './inputs'

/** The output of one block and, where it was asked for, what its backward needs. Both are the caller's. */
export interface BlockForward {
  readonly output: tf.Tensor3D
  readonly memory: LayerMemory | undefined
}

/**
 * Runs one block, or the final norm.
 *
 * @param input `[batch, N, width]`; stays the caller's
 * @param keepMemory whether a backward will follow
 */
export function forwardBlock(
  block: Layer,
  input: tf.Tensor3D,
  pass: ForwardPass,
  keepMemory: boolean,
): BlockForward {
  return tidyStructure(() => {
    const { output, memory } = forwardLayer(block, input, pass)
    return { output, memory: keepMemory ? memory : undefined }
  })
}

/**
 * The model's logits for every position: the exact forward pass, nothing learned.
 *
 * @param tokens `[N]` or `[batch][N]`
 * @returns `[batch, N, vocabulary]`, owned by the caller
 * @throws InputError for ids outside the vocabulary, contexts longer than the model's, masks of a wrong shape
 */
export async function modelLogits(
  model: InnerModel,
  tokens: TokenInput,
  masks: MaskOptions = {},
): Promise<tf.Tensor3D> {
  const inputs = checkInputs(model.description, tokens, masks)
  const { blocks, finalNorm } = model.description
  const bias = attentionBias(inputs)
  let hidden = embedTokens(model, inputs)
  try {
    for (const layer of finalNorm === undefined ? blocks : [...blocks, finalNorm]) {
      const { output } = forwardBlock(
        layer,
        hidden,
        { parameters: model.weights, attentionBias: bias },
        false,
      )
      hidden.dispose()
      hidden = output
      await yieldToEvents()
    }
    return tf.tidy(() => {
      const rows = projectToHead(model, hidden)
      const flat = tf.reshape(rows, [inputs.batch * inputs.length, rows.shape[2]]) as tf.Tensor2D
      const { vocabularySize } = model.description
      return tf.reshape(logitsOf(model, flat), [inputs.batch, inputs.length, vocabularySize]) as tf.Tensor3D
    })
  } finally {
    tf.dispose([hidden, bias])
  }
}
