import { type TrainingStepResult, trainingStep } from '@tintjs/simulate'
import type { InputOf, OutputOf } from '../protocol/tasks'
import { trainLengthOf } from '../settings/train-length'
import { currentModel, type LoadedModel } from './loaded-model'
import type { TaskContext } from './performers'
import { type Reading, readText, topCount } from './readings'
import { gradientOf, layersOf, stepProgress } from './step-options'
import { tokenLabel, tokensForStep } from './token-text'
import { updateNorms } from './update-norms'

/** One training step, and what the model expects at each place of the text before and after it. */
export async function takeStep(
  { text: given, choices }: InputOf<'step'>,
  context: TaskContext,
): Promise<OutputOf<'step'>> {
  const loaded = currentModel()
  const { model } = loaded
  const { text, ids } = tokensForStep(given, loaded)
  const trainLength = trainLengthOf(choices.share, ids.length)
  const layers = layersOf(choices, model.description.blocks.length)
  const start = performance.now()
  const step = await trainingStep(model, ids, {
    trainLength,
    learningRate: choices.learningRate,
    steps: choices.steps,
    layers,
    gradient: gradientOf(choices),
    signal: context.signal,
    onProgress: stepProgress(context, { done: 0, of: 2 }),
  })
  const seconds = (performance.now() - start) / 1000
  try {
    const readings = await readBoth(loaded, step, ids, context)
    context.report('measuring what changed', 0.95, 1)
    return {
      text,
      trainLength,
      lossBefore: step.lossBefore,
      lossAfter: step.lossAfter,
      seconds,
      ...readings,
      topCount,
      tokenTexts: tokenTexts([readings.before, readings.after], loaded),
      updates: await updateNorms(step, layers),
    }
  } finally {
    step.dispose()
  }
}

async function readBoth(
  { model }: LoadedModel,
  step: TrainingStepResult,
  ids: Int32Array,
  { report, signal }: TaskContext,
): Promise<{ before: Reading; after: Reading }> {
  report('looking up predictions before', 0.5, 1)
  const before = await readText(model, ids, model.weights, signal)
  report('looking up predictions after', 0.75, 1)
  const after = await readText(model, ids, step.model.parameters, signal)
  return { before, after }
}

/** The texts of all tokens that readings name. */
function tokenTexts(readings: readonly Reading[], { tokenizer }: LoadedModel): Record<string, string> {
  const ids = new Set(readings.flatMap(({ topTokens }) => [...topTokens]))
  return Object.fromEntries([...ids].map((id) => [id, tokenLabel(id, tokenizer)]))
}
