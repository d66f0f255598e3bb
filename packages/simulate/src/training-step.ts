import * as tf from '@tensorflow/tfjs-core'
import { type InnerModel, logitsOf, type TokenInput } from '@tintjs/inner'
import { disposeStructure } from '@tintjs/tensor'
import { AdaptedModel } from './adapted-model'
import { fused } from './fused-execution'
import { learningParameters } from './learning-parameters'
import { splitLayers } from './passes'
import { badCheckpoint, rateOrCheckpoint, rateTooHigh, testLosses } from './round'
import type { StepExecution, StepHooks } from './step-execution'
import {
  planStep,
  type StepPlan,
  type TrainingPlan,
  type TrainingStepOptions,
  type UnscoredStepOptions,
} from './step-plan'
import type { SequenceLosses, TrainingStepResult } from './step-result'

/** Without losses before the step, which takes less time: see {@link UnscoredStepOptions}. */
export function trainingStep(
  model: InnerModel,
  tokens: TokenInput,
  options: UnscoredStepOptions,
): Promise<TrainingStepResult<undefined>>
/**
 * One training step of the inner model on the first part of each sequence, and its losses on the rest before and
 * after: what TinT computes in a single forward pass. `steps` rounds of forward, loss gradient, backward with descent;
 * then forward again. With `chunks`, the first part is cut, and its pieces are learned so one after another.
 *
 * @param tokens `[N]` or `[batch][N]`; each sequence of a batch learns for itself
 * @returns the losses and the adapted model, which the caller disposes
 * @throws InputError for anything in the input or the options that is not valid
 * @throws NotFiniteError when a loss is not a finite number
 */
export function trainingStep(
  model: InnerModel,
  tokens: TokenInput,
  options: TrainingStepOptions,
): Promise<TrainingStepResult>
export async function trainingStep(
  model: InnerModel,
  tokens: TokenInput,
  options: TrainingStepOptions | UnscoredStepOptions,
): Promise<TrainingStepResult<number | undefined>> {
  const plan = planStep(model.description, tokens, options)
  options.signal?.throwIfAborted()
  const logits: KeptLogits = {}
  const execution = (options.execution ?? fused()).start(model, plan, stepHooks(model, plan, options))
  try {
    const losses = await runStep(model, plan, execution, options.signal, logits)
    const learned = learningParameters(model, plan)
    const adapted = new AdaptedModel(model, execution.learned(), learned, plan.inputs.batch)
    return stepResult(adapted, losses, logits)
  } catch (error) {
    disposeStructure(logits)
    throw error
  } finally {
    execution.dispose()
  }
}

interface KeptLogits {
  before?: tf.Tensor3D
  after?: tf.Tensor3D
}

interface StepLosses {
  /** For each sequence, for each of its test targets. */
  readonly before: readonly Float32Array[] | undefined
  readonly after: readonly Float32Array[]
  readonly targets: readonly Int32Array[]
}

async function runStep(
  model: InnerModel,
  plan: TrainingPlan,
  execution: StepExecution,
  signal: AbortSignal | undefined,
  logits: KeptLogits,
): Promise<StepLosses> {
  let headInput = await execution.forward({ keep: true, scored: plan.scoreBefore, part: 0 })
  const before = plan.scoreBefore
    ? await testLosses(model, headInput, plan, badCheckpoint, signal)
    : undefined
  if (plan.keepLogits && plan.scoreBefore) logits.before = shapedLogits(model, headInput, plan)
  const rounds = plan.parts.length * plan.steps
  for (let done = 1; done <= rounds; done++) {
    await execution.learn()
    const last = done === rounds
    const part = last ? plan.parts.length - 1 : Math.floor(done / plan.steps)
    headInput = await execution.forward({ keep: !last, scored: last, part })
  }
  const after = await testLosses(model, headInput, plan, whyNotFinite(plan), signal)
  if (plan.keepLogits) logits.after = shapedLogits(model, headInput, plan)
  const { test, inputs } = plan
  return { before, after, targets: test.map(({ rows }) => rows.map((row) => (row % inputs.length) + 1)) }
}

/** Where nothing was scored before, the checkpoint may be the cause as well. */
function whyNotFinite({ scoreBefore, learningRate }: StepPlan): string {
  return scoreBefore ? rateTooHigh(learningRate) : rateOrCheckpoint(learningRate)
}

function shapedLogits(model: InnerModel, headInput: tf.Tensor2D, { inputs }: StepPlan): tf.Tensor3D {
  const shape: [number, number, number] = [inputs.batch, inputs.length, model.description.vocabularySize]
  return tf.tidy(() => tf.reshape(logitsOf(model, headInput), shape))
}

/** Counts finished blocks for the caller; a block after which the step is to stop throws the signal's reason. */
function stepHooks(
  model: InnerModel,
  plan: TrainingPlan,
  { onProgress, signal }: Pick<TrainingStepOptions, 'onProgress' | 'signal'>,
): StepHooks {
  const { frozen, learning } = splitLayers(model, plan.layers)
  const total = frozen.length + learning.length * (2 * plan.parts.length * plan.steps + 1)
  const beforeLast = total - learning.length
  let done = 0
  return {
    signal,
    afterBlock: (pass) => {
      done++
      const phase = pass === 'forward' && done > beforeLast ? 'forward again' : pass
      onProgress?.({ phase, done, total })
      signal?.throwIfAborted()
    },
  }
}

function stepResult(
  model: AdaptedModel,
  { before, after, targets }: StepLosses,
  logits: KeptLogits,
): TrainingStepResult<number | undefined> {
  const sequences = after.map((tokenLossesAfter, index): SequenceLosses<number | undefined> => {
    const tokenLossesBefore = before?.[index]
    return {
      lossBefore: tokenLossesBefore && mean(tokenLossesBefore),
      lossAfter: mean(tokenLossesAfter),
      targets: targets[index] ?? new Int32Array(),
      tokenLossesBefore,
      tokenLossesAfter,
    }
  })
  return {
    lossBefore: before && mean(before.map(mean)),
    lossAfter: mean(sequences.map(({ lossAfter }) => lossAfter)),
    sequences,
    logitsBefore: logits.before,
    logitsAfter: logits.after,
    model,
    dispose: () => {
      model.dispose()
      disposeStructure(logits)
    },
  }
}

function mean(values: ArrayLike<number>): number {
  let total = 0
  for (let index = 0; index < values.length; index++) total += values[index] ?? 0
  return total / values.length
}
