import type * as tf from '@tensorflow/tfjs-core'
import type { InnerModel, TokenInput } from '@tintjs/inner'
import { type TrainingStepOptions, type TrainingStepResult, trainingStep } from '@tintjs/simulate'
import type { StoredTensor } from './fixture'

/** All that a training step gives, read out of the engine. */
export interface MeasuredStep {
  readonly lossBefore: number
  readonly lossAfter: number
  readonly sequences: TrainingStepResult['sequences']
  /** `[batch, N, vocabulary]` */
  readonly logitsBefore: StoredTensor
  readonly logitsAfter: StoredTensor
  /** The weights of the layers that learn, by checkpoint name, with a leading batch axis. */
  readonly weights: ReadonlyMap<string, StoredTensor>
}

/** Takes a step, reads its results and frees them. */
export async function measureStep(
  model: InnerModel,
  tokens: TokenInput,
  options: TrainingStepOptions,
): Promise<MeasuredStep> {
  const step = await trainingStep(model, tokens, { ...options, keepLogits: true })
  try {
    const weights = new Map<string, StoredTensor>()
    for (const { name, materialise } of step.model.updatedWeights()) {
      const value = materialise()
      weights.set(name, await stored(value))
      value.dispose()
    }
    return {
      lossBefore: step.lossBefore,
      lossAfter: step.lossAfter,
      sequences: step.sequences,
      logitsBefore: await stored(step.logitsBefore),
      logitsAfter: await stored(step.logitsAfter),
      weights,
    }
  } finally {
    step.dispose()
  }
}

/** A tensor's numbers and shape; the tensor stays the caller's. */
export async function stored(tensor: tf.Tensor | undefined): Promise<StoredTensor> {
  if (tensor === undefined)
    throw new Error('The step kept no logits; expected them, as it was asked for them.')
  return { shape: tensor.shape, data: await tensor.data<'float32'>() }
}
