import * as tf from '@tensorflow/tfjs-core'
import { TintError } from '@tintjs/tensor'
import type { HeadAccumulator, HeadSlice } from './head-slices'

/** Near the least that float32 holds. */
const lowestMaximum = -3e38

/** The softmax over the vocabulary at each position, of which no slice needs the others. */
export class SoftmaxAccumulator implements HeadAccumulator {
  /** `[positions]`: the largest logit so far, and the sum of `exp(logit - maximum)`. */
  #sums: { readonly maximum: tf.Tensor1D; readonly total: tf.Tensor1D } | undefined

  add({ logits }: HeadSlice): void {
    this.addLogits(logits)
  }

  /**
   * @returns the exponentials of the slice's logits, `[slice, positions]`, and what sums of earlier slices are to be
   * multiplied by, `[positions]`; undefined in the first. Both are the surrounding `tf.tidy`'s.
   */
  addLogits(logits: tf.Tensor2D): { exponentials: tf.Tensor2D; shrink: tf.Tensor1D | undefined } {
    const before = this.#sums
    const own: tf.Tensor1D = tf.max(logits, 0)
    // Never minus infinity, which a slice of forbidden tokens alone would have: their exponentials are 0 and not NaN.
    const maximum = tf.maximum(before?.maximum ?? lowestMaximum, own)
    const exponentials = tf.exp(tf.sub(logits, maximum)) as tf.Tensor2D
    const sum: tf.Tensor1D = tf.sum(exponentials, 0)
    const shrink = before && (tf.exp(tf.sub(before.maximum, maximum)) as tf.Tensor1D)
    const total = before && shrink ? tf.add(tf.mul(before.total, shrink), sum) : sum
    this.#sums = { maximum: tf.keep(maximum) as tf.Tensor1D, total: tf.keep(total) as tf.Tensor1D }
    if (before !== undefined) tf.dispose([before.maximum, before.total])
    return { exponentials, shrink }
  }

  /** `logsumexp` of the logits, `[positions]`, the caller's. */
  logSumExp(): tf.Tensor1D {
    const { maximum, total } = this.#finished()
    return tf.tidy(() => tf.add(maximum, tf.log(total)))
  }

  /** Divides what was weighted by exponentials, `[positions, width]`, by their sum. @returns the caller's */
  normalise(weighted: tf.Tensor2D): tf.Tensor2D {
    const { total } = this.#finished()
    return tf.tidy(() => tf.div(weighted, tf.expandDims(total, 1)))
  }

  dispose(): void {
    if (this.#sums !== undefined) tf.dispose([this.#sums.maximum, this.#sums.total])
    this.#sums = undefined
  }

  #finished() {
    if (this.#sums === undefined)
      throw new TintError('A softmax was read before any logits were added to it.')
    return this.#sums
  }
}
