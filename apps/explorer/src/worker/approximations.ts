import { measureFidelity } from '@tintjs/simulate'
import type { InputOf, OutputOf } from '../protocol/tasks'
import { trainLengthOf } from '../settings/train-length'
import { currentModel } from './loaded-model'
import type { TaskContext } from './performers'
import { layersOf } from './step-options'
import { tokensForStep } from './token-text'

/** Each approximation of TinT alone, and all together, against exact back-propagation. */
export async function measureApproximations(
  { text, choices }: InputOf<'fidelity'>,
  { signal, report }: TaskContext,
): Promise<OutputOf<'fidelity'>> {
  const loaded = currentModel()
  const { ids } = tokensForStep(text, loaded)
  const measured = await measureFidelity(loaded.model, ids, {
    trainLength: trainLengthOf(choices.share, ids.length),
    learningRate: choices.learningRate,
    layers: layersOf(choices, loaded.model.description.blocks.length),
    signal,
    onProgress: ({ step, done, total }) => report(`a step with ${step}`, done, total),
  })
  return { reference: measured.reference, approximations: [...measured.approximations] }
}
