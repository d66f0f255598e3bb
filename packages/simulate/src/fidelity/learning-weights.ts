import {
  type InnerModelDescription,
  type Layer,
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
  /** The number of the block that it is in, from 0; undefined for the final norm. */
  readonly block: number | undefined
  /** How many numbers it has. */
  readonly parameters: number
}

/** The weights of the last `layers` blocks and the final norm, in the order of a forward pass. */
export function learningWeights(description: InnerModelDescription, layers: number): LearningWeight[] {
  const { blocks, finalNorm } = description
  const first = blocks.length - layers
  return [
    ...blocks.slice(first).flatMap((block, index) => weightsOf(block, first + index)),
    ...(finalNorm === undefined ? [] : weightsOf(finalNorm, undefined)),
  ]
}

function weightsOf(tree: Layer, block: number | undefined): LearningWeight[] {
  return leavesOf(tree).flatMap((leaf) =>
    parametersOf(leaf).map((reference): LearningWeight => {
      const isBias = leaf.kind !== 'activation' && reference === leaf.bias
      const name = `${leaf.name}.${isBias ? 'bias' : 'weight'}`
      return {
        reference,
        name,
        kind: name.replace(/^.*?\.\d+\./, ''),
        block,
        parameters: parameterSize(reference),
      }
    }),
  )
}
