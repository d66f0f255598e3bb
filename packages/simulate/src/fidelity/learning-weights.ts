import {
  type InnerModelDescription,
  leavesOf,
  parameterSize,
  parametersOf,
  type WeightReference,
} from '@tintjs/inner'

/** A weight that learns in exact back-propagation. */
export interface LearningWeight {
  readonly reference: WeightReference
  /** The layer's name and `weight` or `bias`; queries, keys and values have names of their own where one tensor holds all. */
  readonly name: string
  /** The name without what is before and in the number of the block; the final norm's is its name. */
  readonly kind: string
  /** How many numbers it has. */
  readonly parameters: number
}

/** The weights of the last `layers` blocks and the final norm, in the order of a forward pass. */
export function learningWeights(description: InnerModelDescription, layers: number): LearningWeight[] {
  const { blocks, finalNorm } = description
  const trees = [...blocks.slice(blocks.length - layers), ...(finalNorm === undefined ? [] : [finalNorm])]
  return trees.flatMap(leavesOf).flatMap((leaf) =>
    parametersOf(leaf).map((reference): LearningWeight => {
      const isBias = leaf.kind !== 'activation' && reference === leaf.bias
      const name = `${leaf.name}.${isBias ? 'bias' : 'weight'}`
      return {
        reference,
        name,
        kind: name.replace(/^.*?\.\d+\./, ''),
        parameters: parameterSize(reference),
      }
    }),
  )
}
