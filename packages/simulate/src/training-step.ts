import * as tf from '@tensorflow/tfjs-core'
import {
  attentionBias,
  type ForwardPass,
  type InnerModel,
  LearnedParameters,
  logitsOf,
  type TokenInput,
} from '@tintjs/inner'
import { AdaptedModel } from './adapted-model'
import { learningParameters } from './learning-parameters'
import { forwardFrozen, forwardLearning, type LearningForward, splitLayers } from './passes'
import { badCheckpoint, learnFrom, rateTooHigh, testLosses } from './round'
import { planStep, type StepPlan, type StepProgress, type TrainingStepOptions } from './step-plan'
import type { SequenceLosses, TrainingStepResult } from './step-result'

/**
 * One training step of the inner model on the first part of each sequence, and its losses on the rest before and
 * after: what TinT computes in a single forward pass, in fused form (on the inner model's weights directly). `steps`
 * rounds of forward, loss gradient, backward with descent; then forward again.
 *
 * @param tokens `[N]` or `[batch][N]`; each sequence of a batch learns for itself
 * @returns the losses and the adapted model, which the caller disposes
 * @throws InputError for anything in the input or the options that is not valid
 * @throws NotFiniteError when a loss is not a finite number
 */
export async function trainingStep(
  model: InnerModel,
  tokens: TokenInput,
  options: TrainingStepOptions,
): Promise<TrainingStepResult> {
  const plan = planStep(model.description, tokens, options)
  options.signal?.throwIfAborted()
  const learned = new LearnedParameters(model.weights)
  const logits: { before?: tf.Tensor3D; after?: tf.Tensor3D } = {}
  try {
    const losses = await runStep(model, plan, learned, options, logits)
    return stepResult(
      new AdaptedModel(model, learned, learningParameters(model, plan), plan.inputs.batch),
      losses,
      logits,
    )
  } catch (error) {
    learned.dispose()
    tf.dispose(logits)
    throw error
  }
}

interface StepLosses {
  /** For each sequence, for each of its test targets. */
  readonly before: readonly Float32Array[]
  readonly after: readonly Float32Array[]
  readonly targets: readonly Int32Array[]
}

async function runStep(
  model: InnerModel,
  plan: StepPlan,
  learned: LearnedParameters,
  { onProgress, signal }: TrainingStepOptions,
  logits: { before?: tf.Tensor3D; after?: tf.Tensor3D },
): Promise<StepLosses> {
  const { frozen, learning } = splitLayers(model, plan.layers)
  const progress = progressCounter(frozen.length + learning.length * (2 * plan.steps + 1), onProgress, signal)
  const bias = attentionBias(plan.inputs)
  const pass: ForwardPass = { parameters: learned, attentionBias: bias }
  let entry: tf.Tensor3D | undefined
  let forward: LearningForward | undefined
  try {
    entry = await forwardFrozen(model, plan, frozen, pass, progress('forward'))
    forward = await forwardLearning(model, entry, learning, pass, true, progress('forward'))
    const before = await testLosses(model, forward, plan, badCheckpoint, signal)
    if (plan.keepLogits) logits.before = shapedLogits(model, forward, plan)

    for (let step = 1; step <= plan.steps; step++) {
      await learnFrom(model, forward, learned, plan, progress('backward'), signal)
      forward.dispose()
      const more = step < plan.steps
      forward = await forwardLearning(
        model,
        entry,
        learning,
        pass,
        more,
        progress(more ? 'forward' : 'forward again'),
      )
    }

    const after = await testLosses(model, forward, plan, rateTooHigh(plan.learningRate), signal)
    if (plan.keepLogits) logits.after = shapedLogits(model, forward, plan)
    return {
      before,
      after,
      targets: plan.test.map(({ rows }) => rows.map((row) => (row % plan.inputs.length) + 1)),
    }
  } finally {
    forward?.dispose()
    tf.dispose([bias, ...(entry === undefined ? [] : [entry])])
  }
}

function shapedLogits(model: InnerModel, { headInput }: LearningForward, { inputs }: StepPlan): tf.Tensor3D {
  const shape: [number, number, number] = [inputs.batch, inputs.length, model.description.vocabularySize]
  return tf.tidy(() => tf.reshape(logitsOf(model, headInput), shape))
}

/** Counts finished blocks; the counter throws the signal's reason when the step is to stop. */
function progressCounter(
  total: number,
  onProgress: TrainingStepOptions['onProgress'],
  signal: AbortSignal | undefined,
): (phase: StepProgress['phase']) => () => void {
  let done = 0
  return (phase) => () => {
    done++
    onProgress?.({ phase, done, total })
    signal?.throwIfAborted()
  }
}

function stepResult(
  model: AdaptedModel,
  { before, after, targets }: StepLosses,
  logits: { before?: tf.Tensor3D; after?: tf.Tensor3D },
): TrainingStepResult {
  const sequences = before.map((tokenLossesBefore, index): SequenceLosses => {
    const tokenLossesAfter = after[index] ?? new Float32Array()
    return {
      lossBefore: mean(tokenLossesBefore),
      lossAfter: mean(tokenLossesAfter),
      targets: targets[index] ?? new Int32Array(),
      tokenLossesBefore,
      tokenLossesAfter,
    }
  })
  return {
    lossBefore: mean(sequences.map(({ lossBefore }) => lossBefore)),
    lossAfter: mean(sequences.map(({ lossAfter }) => lossAfter)),
    sequences,
    logitsBefore: logits.before,
    logitsAfter: logits.after,
    model,
    dispose: () => {
      model.dispose()
      tf.dispose(logits)
    },
  }
}

function mean(values: ArrayLike<number>): number {
  let total = 0
  for (let index = 0; index < values.length; index++) total += values[index] ?? 0
  return total / values.length
}
