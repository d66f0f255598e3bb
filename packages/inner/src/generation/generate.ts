import * as tf from '@tensorflow/tfjs-core'
import { InputError, NotFiniteError } from '@tintjs/tensor'
import { AttentionContext } from '../layers/attention-context'
import { KeyValueCache } from '../layers/key-value-cache'
import type { InnerModelDescription } from '../model/description'
import { forwardToHead } from '../model/forward'
import { logitsOf } from '../model/head'
import type { InnerModel } from '../model/inner-model'
import { checkTokens, type ModelInputs } from '../model/inputs'
import type { ParameterValues } from '../weights/parameters'
import { createSampler, type Sampler, type SamplingOptions } from './sampling'

/** How to continue a prompt. */
export interface GenerateOptions extends SamplingOptions {
  /** Default 64. */
  readonly maxNewTokens?: number | undefined
  /** Stop after this token, which is not part of the result. */
  readonly endOfText?: number | undefined
  /** Called with each new token as it comes. */
  readonly onToken?: ((token: number) => void) | undefined
  /** Stops between blocks; everything is freed and the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined
  /** Weights to run with; the model's own by default. One sequence's, where they were learned. */
  readonly parameters?: ParameterValues | undefined
}

/** A continuation. */
export interface Generated {
  readonly tokens: readonly number[]
  /** Why it ended: as many tokens as were asked for, the end of the text, or a context that is full. */
  readonly stopped: 'length' | 'endOfText' | 'contextFull'
}

/** What {@link generateTokens} is given, checked. */
export interface CheckedGeneration {
  /** `[N]` */
  readonly prompt: Int32Array
  readonly maxNewTokens: number
  readonly sample: Sampler
}

/**
 * Checks a prompt and options for {@link generateTokens}, so that long work before it is not in vain.
 *
 * @param prompt `[N]`, at least one token
 * @throws InputError for an empty or too long prompt, ids outside the vocabulary, invalid options
 */
export function checkGeneration(
  description: InnerModelDescription,
  prompt: ArrayLike<number>,
  options: Pick<GenerateOptions, 'maxNewTokens'> & SamplingOptions = {},
): CheckedGeneration {
  const { maxNewTokens = 64 } = options
  if (!Number.isInteger(maxNewTokens) || maxNewTokens < 1) {
    throw new InputError(`maxNewTokens is ${maxNewTokens}; expected a whole number of at least 1.`)
  }
  const sample = createSampler(options)
  const [checked] = checkTokens(description, prompt, 1) as [Int32Array]
  const { maximumPositions } = description
  if (checked.length > maximumPositions) {
    throw new InputError(
      `The prompt has ${checked.length} tokens, more than the model's ${maximumPositions} positions; shorten it.`,
    )
  }
  return { prompt: checked, maxNewTokens, sample }
}

/**
 * Continues a prompt, token by token. Keys and values of earlier tokens are kept, so that each new one costs one position.
 *
 * @param prompt `[N]`, at least one token
 * @throws InputError as {@link checkGeneration}
 * @throws NotFiniteError when the logits are not finite numbers
 */
export async function generateTokens(
  model: InnerModel,
  prompt: ArrayLike<number>,
  options: GenerateOptions = {},
): Promise<Generated> {
  const { endOfText, onToken, signal } = options
  const { maxNewTokens, sample, ...checked } = checkGeneration(model.description, prompt, options)
  const { maximumPositions } = model.description
  let next = checked.prompt
  const parameters = options.parameters ?? model.weights
  const cache = new KeyValueCache()
  const tokens: number[] = []
  let seen = 0
  try {
    while (tokens.length < maxNewTokens) {
      if (seen + next.length > maximumPositions) return { tokens, stopped: 'contextFull' }
      const token = sample(await nextLogits(model, next, seen, parameters, cache, signal))
      seen += next.length
      if (token === endOfText) return { tokens, stopped: 'endOfText' }
      tokens.push(token)
      onToken?.(token)
      next = Int32Array.of(token)
    }
    return { tokens, stopped: 'length' }
  } finally {
    cache.dispose()
  }
}

/** Logits after the last of `added` tokens, which follow `seen` tokens that the cache knows. */
async function nextLogits(
  model: InnerModel,
  added: Int32Array,
  seen: number,
  parameters: ParameterValues,
  cache: KeyValueCache,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const inputs: ModelInputs = {
    tokens: [added],
    batch: 1,
    length: added.length,
    positionIds: [added.map((_, index) => seen + index)],
    allowed: undefined,
  }
  const attention = new AttentionContext(inputs, seen)
  try {
    const headInput = await forwardToHead(model, inputs, { parameters, attention, cache }, signal)
    const logits = tf.tidy(() => {
      const last = tf.slice(headInput, [0, added.length - 1, 0], [1, 1, headInput.shape[2]])
      headInput.dispose()
      return tf.reshape(logitsOf(model, tf.reshape(last, [1, last.shape[2]])), [-1])
    })
    const values = await logits.data<'float32'>()
    logits.dispose()
    if (values.every(Number.isFinite)) return values
    throw new NotFiniteError(
      'The logits of the next token are not finite numbers; a lower learning rate keeps them so.',
    )
  } finally {
    attention.dispose()
  }
}
