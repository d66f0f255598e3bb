import * as tf from '@tensorflow/tfjs-core'
import { accumulateHeadYielding, type HeadAccumulator, type HeadSlice } from './head-slices'
import type { InnerModel } from './inner-model'
import type { PredictionRows } from './prediction-rows'
import { SoftmaxAccumulator } from './softmax-accumulator'

/**
 * Cross-entropy of each prediction, in nats: `logsumexp(logits) - logits[target]`, where logits are made slice by slice.
 *
 * @param headInput `[batch * N, embedding width]`; stays the caller's
 * @param signal stops between slices of the vocabulary
 */
export async function predictionLosses(
  model: InnerModel,
  headInput: tf.Tensor2D,
  { rows, targets }: PredictionRows,
  signal?: AbortSignal,
): Promise<Float32Array> {
  if (rows.length === 0) return new Float32Array()
  const inputs = gatherHeadInputs(headInput, rows)
  const losses = new LossAccumulator(targets)
  try {
    await accumulateHeadYielding(model, inputs, losses, signal)
    return await losses.values()
  } finally {
    inputs.dispose()
    losses.dispose()
  }
}

/** Gathers cross-entropies. The target's logit is that of the softmax, so that no loss comes out below 0. */
class LossAccumulator implements HeadAccumulator {
  readonly #targets: Int32Array
  readonly #softmax = new SoftmaxAccumulator()
  readonly #picked: { readonly positions: readonly number[]; readonly logits: tf.Tensor1D }[] = []

  constructor(targets: Int32Array) {
    this.#targets = targets
  }

  add(slice: HeadSlice): void {
    this.#softmax.add(slice)
    const { logits, start } = slice
    const end = start + logits.shape[0]
    const positions = [...this.#targets.keys()].filter((position) => {
      const target = this.#targets[position] ?? -1
      return target >= start && target < end
    })
    if (positions.length === 0) return
    const places = positions.flatMap((position) => [(this.#targets[position] ?? 0) - start, position])
    const indices = tf.tensor2d(places, [positions.length, 2], 'int32')
    this.#picked.push({ positions, logits: tf.keep(tf.gatherND(logits, indices)) as tf.Tensor1D })
  }

  /** `[positions]`, in nats */
  async values(): Promise<Float32Array> {
    const sums = this.#softmax.logSumExp()
    try {
      const losses = Float32Array.from(await sums.data<'float32'>())
      for (const { positions, logits } of this.#picked) {
        const values = await logits.data<'float32'>()
        positions.forEach((position, index) => {
          losses[position] = (losses[position] ?? Number.NaN) - (values[index] ?? Number.NaN)
        })
      }
      return losses
    } finally {
      sums.dispose()
    }
  }

  dispose(): void {
    this.#softmax.dispose()
    for (const { logits } of this.#picked) logits.dispose()
    this.#picked.length = 0
  }
}

/** Rows of the head's input. @returns `[rows, embedding width]`, owned by the caller */
export function gatherHeadInputs(headInput: tf.Tensor2D, rows: Int32Array): tf.Tensor2D {
  return tf.tidy(() => tf.gather(headInput, tf.tensor1d(rows, 'int32')))
}
