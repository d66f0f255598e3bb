import * as tf from '@tensorflow/tfjs-core'
import { yieldToEvents } from './events'
import { headRows } from './head'
import type { InnerModel } from './inner-model'

/** A slice of the vocabulary, seen from a few positions. */
export interface HeadSlice {
  /** `[slice, positions]`: a row for each token of the slice. */
  readonly logits: tf.Tensor2D
  /** `[slice, embedding width]`: the head's rows of those tokens. */
  readonly head: tf.Tensor2D
  /** The first of those tokens. */
  readonly start: number
}

/** What is gathered from all slices of the vocabulary. Owns its tensors. */
export interface HeadAccumulator {
  /** Takes a slice in. What it makes and does not `tf.keep` is freed after it. */
  add(slice: HeadSlice): void
  dispose(): void
}

/** A slice holds at most so many logits (16 MB), which a processor's cache holds too, unless positions are very many. */
const sliceNumbers = 4_000_000

/** With fewer tokens the product with a slice does not reach the engine's rate. */
const fewestTokens = 1024

/**
 * Gives all slices of the vocabulary to an accumulator. Slices of the vocabulary, not of the positions: an engine
 * multiplies many rows of the head with all positions two to three times faster than a few positions with the whole head.
 *
 * @param inputs `[positions, embedding width]`, rows of the head's input; stay the caller's
 */
export function accumulateHead(model: InnerModel, inputs: tf.Tensor2D, accumulator: HeadAccumulator): void {
  for (const [start, end] of slices(model, inputs)) addSlice(model, inputs, start, end, accumulator)
}

/** {@link accumulateHead}; timers and signals run between slices. @throws the signal's reason when it stops there */
export async function accumulateHeadYielding(
  model: InnerModel,
  inputs: tf.Tensor2D,
  accumulator: HeadAccumulator,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [start, end] of slices(model, inputs)) {
    addSlice(model, inputs, start, end, accumulator)
    await yieldToEvents()
    signal?.throwIfAborted()
  }
}

function slices({ description }: InnerModel, inputs: tf.Tensor2D): [start: number, end: number][] {
  const { vocabularySize } = description
  const size = Math.max(fewestTokens, Math.floor(sliceNumbers / inputs.shape[0]))
  return Array.from({ length: Math.ceil(vocabularySize / size) }, (_, index) => [
    index * size,
    Math.min(vocabularySize, (index + 1) * size),
  ])
}

function addSlice(
  model: InnerModel,
  inputs: tf.Tensor2D,
  start: number,
  end: number,
  accumulator: HeadAccumulator,
): void {
  tf.tidy(() => {
    const all = headRows(model)
    // Engines copy a slice, also where it is all.
    const head = end - start === all.shape[0] ? all : tf.slice(all, [start, 0], [end - start, all.shape[1]])
    const products: tf.Tensor2D = tf.matMul(head, inputs, false, true)
    const { bias } = model.description.head
    const logits =
      bias === undefined
        ? products
        : tf.add(products, tf.reshape(tf.slice(model.weights.vector(bias), start, end - start), [-1, 1]))
    accumulator.add({ logits: logits as tf.Tensor2D, head, start })
  })
}
