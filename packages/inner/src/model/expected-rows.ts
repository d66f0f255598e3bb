import * as tf from '@tensorflow/tfjs-core'
import { TintError } from '@tintjs/tensor'
import type { HeadAccumulator, HeadSlice } from './head-slices'
import { SoftmaxAccumulator } from './softmax-accumulator'

/** Gathers the head's rows, weighted by what is predicted of their tokens: `E^T prediction`. */
export interface ExpectedRows extends HeadAccumulator {
  /** `[positions, embedding width]`, the caller's. */
  rows(): tf.Tensor2D
}

/** Weighted by the softmax of the logits. */
export class SoftmaxRows implements ExpectedRows {
  readonly #softmax = new SoftmaxAccumulator()
  readonly #sum = new RowSum()

  add({ logits, head }: HeadSlice): void {
    const { exponentials, shrink } = this.#softmax.addLogits(logits)
    this.#sum.add(tf.matMul(exponentials, head, true, false), shrink)
  }

  rows(): tf.Tensor2D {
    return this.#softmax.normalise(this.#sum.value())
  }

  dispose(): void {
    this.#softmax.dispose()
    this.#sum.dispose()
  }
}

/** Weighted by the logits themselves. */
export class LogitRows implements ExpectedRows {
  readonly #sum = new RowSum()

  add({ logits, head }: HeadSlice): void {
    this.#sum.add(tf.matMul(logits, head, true, false))
  }

  rows(): tf.Tensor2D {
    return tf.clone(this.#sum.value())
  }

  dispose(): void {
    this.#sum.dispose()
  }
}

/** A sum of `[positions, embedding width]` that grows. */
class RowSum {
  #value: tf.Tensor2D | undefined

  /** @param shrink `[positions]`: what the sum so far is multiplied by */
  add(rows: tf.Tensor2D, shrink?: tf.Tensor1D): void {
    const before = this.#value
    const kept = before && shrink ? tf.mul(before, tf.expandDims(shrink, 1)) : before
    this.#value = tf.keep(kept === undefined ? rows : tf.add(kept, rows)) as tf.Tensor2D
    before?.dispose()
  }

  value(): tf.Tensor2D {
    if (this.#value === undefined) throw new TintError('Expected rows were read before any slice was added.')
    return this.#value
  }

  dispose(): void {
    this.#value?.dispose()
    this.#value = undefined
  }
}
