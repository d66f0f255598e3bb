import type * as tf from '@tensorflow/tfjs-core'
import { type InnerModel, lossGradientAtHead, predictionLosses } from '@tintjs/inner'
import { NotFiniteError } from '@tintjs/tensor'
import {
  type AfterBlock,
  backwardLearning,
  type LearningForward,
  type LearningPass,
  splitLayers,
} from './passes'
import type { StepPlan } from './step-plan'

/**
 * The second half of a round: loss gradient, backward and descent. Frees what the forward kept for it.
 *
 * @param forward of the same plan, with memories kept; stays the caller's
 * @param pass the forward's
 */
export async function learnFrom(
  model: InnerModel,
  forward: LearningForward,
  pass: LearningPass,
  plan: StepPlan,
  afterBlock: AfterBlock,
  signal?: AbortSignal,
): Promise<void> {
  // Nothing to learn from: every weight stays as it is.
  if (plan.train.rows.length === 0) return
  const { learning } = splitLayers(model, plan.layers)
  const gradient = await lossGradientAtHead(
    plan.gradient.lossGradient,
    model,
    forward.headInput,
    plan.train,
    signal,
  )
  try {
    await backwardLearning(model, gradient, learning, forward, pass, plan, afterBlock)
  } finally {
    gradient.dispose()
  }
}

/**
 * The losses of each sequence's test targets, in nats.
 *
 * @param cause what to say about losses that are not finite
 * @throws NotFiniteError
 */
export async function testLosses(
  model: InnerModel,
  headInput: tf.Tensor2D,
  { test }: StepPlan,
  cause: string,
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  const rows = Int32Array.from(test.flatMap((predictions) => [...predictions.rows]))
  const targets = Int32Array.from(test.flatMap((predictions) => [...predictions.targets]))
  const all = await predictionLosses(model, headInput, { rows, targets }, signal)
  let start = 0
  return test.map((predictions, sequence) => {
    const losses = all.slice(start, start + predictions.rows.length)
    start += losses.length
    if (losses.every(Number.isFinite)) return losses
    throw new NotFiniteError(`A loss of sequence ${sequence} is not a finite number ${cause}.`)
  })
}

/** Why a loss before anything was learned may not be finite. */
export const badCheckpoint =
  'before the step: the checkpoint holds numbers that are not finite or far too large; check it'

/** Why a loss after a step may not be finite, where the losses before it are not known. */
export function rateOrCheckpoint(learningRate: number): string {
  return `after the step at learning rate ${learningRate}: the rate is too high, or the checkpoint holds numbers that are not finite; lower the rate, and score the model without learning`
}

/** Why a loss after a step may not be finite. */
export function rateTooHigh(learningRate: number): string {
  return `after the step at learning rate ${learningRate}, which left the range of numbers; lower the rate`
}
