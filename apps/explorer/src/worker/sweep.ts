import { exact, type GradientChoice, type InnerModel } from '@tintjs/inner'
import { type TrainingStepOptions, trainingStep } from '@tintjs/simulate'
import { NotFiniteError } from '@tintjs/tensor'
import type { InputOf, OutputOf } from '../protocol/tasks'
import { trainLengthOf } from '../settings/train-length'
import { currentModel } from './loaded-model'
import type { TaskContext } from './performers'
import { gradientOf, layersOf, stepProgress } from './step-options'
import { tokensForStep } from './token-text'

/** Steps at several rates, from the same model: exact ones and TinT's, beside the model that learns nothing. */
export async function sweepRates(
  { text, choices, rates }: InputOf<'sweep'>,
  context: TaskContext,
): Promise<OutputOf<'sweep'>> {
  const loaded = currentModel()
  const { model } = loaded
  const { ids } = tokensForStep(text, loaded)
  const trainLength = trainLengthOf(choices.share, ids.length)
  const { steps, lossGradient } = choices
  const shared = { trainLength, steps, layers: layersOf(choices, model.description.blocks.length) }
  const ways = [
    { way: 'exact', name: 'exact', gradient: exact({ lossGradient }) },
    { way: 'tint', name: 'TinT', gradient: gradientOf({ ...choices, gradient: 'tint' }) },
  ] as const
  const points: OutputOf<'sweep'>['points'] = []
  // At rate 0 the step learns nothing, and tells what the model's own loss is.
  const { lossBefore } = await losses(model, ids, {
    ...shared,
    steps: 1,
    learningRate: 0,
    signal: context.signal,
  })
  for (const rate of rates) {
    for (const { way, name, gradient } of ways) {
      const before = `${name} at rate ${rate}: `
      const onProgress = stepProgress(context, {
        done: points.length,
        of: ways.length * rates.length,
        before,
      })
      const options = { ...shared, learningRate: rate, signal: context.signal, onProgress }
      points.push({ way, rate, loss: await lossAfter(model, ids, gradient, options) })
    }
  }
  return { trainLength, lossBefore, points }
}

async function losses(model: InnerModel, ids: Int32Array, options: TrainingStepOptions) {
  const step = await trainingStep(model, ids, options)
  step.dispose()
  return step
}

/** @returns null where the rate is too high for numbers to stay finite */
async function lossAfter(
  model: InnerModel,
  ids: Int32Array,
  gradient: GradientChoice,
  options: TrainingStepOptions,
): Promise<number | null> {
  try {
    return (await losses(model, ids, { ...options, gradient })).lossAfter
  } catch (error) {
    if (error instanceof NotFiniteError) return null
    throw error
  }
}
