import { type InnerModel, leavesOf, type WeightReference } from '@tintjs/inner'
import { splitLayers } from './passes'
import type { StepPlan } from './step-plan'

/** What the step may change: matrices and biases, and scales of norms only where they learn. */
export function learningParameters(
  model: InnerModel,
  { layers, updateNormWeights }: Pick<StepPlan, 'layers' | 'updateNormWeights'>,
): WeightReference[] {
  return splitLayers(model, layers)
    .learning.flatMap(leavesOf)
    .flatMap((leaf) => {
      if (leaf.kind === 'activation') return []
      const matrix = leaf.kind === 'linear' ? leaf.weight : updateNormWeights ? leaf.scale : undefined
      return [matrix, leaf.bias].filter((reference) => reference !== undefined)
    })
}
