import * as tf from '@tensorflow/tfjs-core'
import { tidyStructure } from '@tintjs/tensor'
import { AttentionContext } from '../layers/attention-context'
import type { Layer } from '../layers/layer'
import type { ForwardPass, LayerMemory } from '../layers/pass'
import { forwardLayer } from '../layers/walk'
import type { ParameterValues } from '../weights/parameters'
import { embedTokens } from './embedding'
import { yieldToEvents } from './events'
import { logitsOf, projectToHead } from './head'
import type { InnerModel } from './inner-model'
import { checkInputs, type MaskOptions, type ModelInputs, type TokenInput } from './inputs'

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
    // Nothing is cut to size for a backward that does not follow.
    const { output, memory } = forwardLayer(
      block,
      input,
      keepMemory ? pass : { ...pass, backward: undefined },
    )
    // A handle of its own: a layer without parameters may give a tensor that its memory holds too.
    return { output: tf.clone(output), memory: keepMemory ? memory : undefined }
  })
}

/** What a forward pass may be given beside the tokens. */
export interface ForwardOptions extends MaskOptions {
  /** Weights to run with; the model's own by default, or what a training step has made of them. */
  readonly parameters?: ParameterValues | undefined
  /** Stops between blocks; everything is freed and the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs the whole model up to the head.
 *
 * @param pass with a cache, `inputs` are the tokens that follow those that the cache has seen
 * @returns `[batch, N, embedding width]`, the head's input, owned by the caller
 */
export async function forwardToHead(
  model: InnerModel,
  inputs: ModelInputs,
  pass: ForwardPass,
  signal?: AbortSignal,
): Promise<tf.Tensor3D> {
  const { blocks, finalNorm } = model.description
  let hidden = embedTokens(model, inputs)
  try {
    for (const layer of finalNorm === undefined ? blocks : [...blocks, finalNorm]) {
      const { output } = forwardBlock(layer, hidden, pass, false)
      hidden.dispose()
      hidden = output
      await yieldToEvents()
      signal?.throwIfAborted()
    }
    return projectToHead(model, hidden)
  } finally {
    hidden.dispose()
  }
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
  options: ForwardOptions = {},
): Promise<tf.Tensor3D> {
  const inputs = checkInputs(model.description, tokens, options)
  const attention = new AttentionContext(inputs)
  const pass = { parameters: options.parameters ?? model.weights, attention }
  try {
    const rows = await forwardToHead(model, inputs, pass, options.signal)
    return tf.tidy(() => {
      const flat = tf.reshape(rows, [inputs.batch * inputs.length, rows.shape[2]]) as tf.Tensor2D
      rows.dispose()
      const { vocabularySize } = model.description
      return tf.reshape(logitsOf(model, flat), [inputs.batch, inputs.length, vocabularySize]) as tf.Tensor3D
    })
  } finally {
    attention.dispose()
  }
}
