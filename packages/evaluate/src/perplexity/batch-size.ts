import { type InnerModelDescription, type Layer, leavesOf } from '@tintjs/inner'

/** How many sequences a batch has at most when it is chosen: more are no faster on the engines of a CPU. */
export const largestBatch = 8

/** How much memory the tensors of a batch may take when it is chosen, in bytes: 2 GiB. */
export const batchMemory = 2 * 1024 ** 3

/**
 * The memory that one sequence takes at the peak of a training step, in bytes: what forward keeps for backward, the
 * updates, and the logits of a slice. An estimate from shapes, about right to a factor of two.
 *
 * @param length tokens of the sequence
 */
export function sequenceMemory(description: InnerModelDescription, length: number): number {
  const { blocks, width, vocabularySize } = description
  const kept = blocks.reduce((total, block) => total + keptNumbers(block, length), 0)
  const largest = Math.max(...blocks.flatMap(leavesOf).map(leafWidth), width)
  // Backward holds a few temporaries of the widest leaf at a time; finite differences take the most.
  const temporaries = 8 * length * largest
  const logits = 3 * Math.min(8_000_000, length * vocabularySize)
  return 4 * (kept + temporaries + logits)
}

/**
 * The batch for a model and a context length: as many sequences as {@link batchMemory} holds, from 1 to
 * {@link largestBatch}. It depends on nothing else, so that a run that goes on later has the same batches.
 */
export function automaticBatch(description: InnerModelDescription, length: number): number {
  const fitting = Math.floor(batchMemory / sequenceMemory(description, length))
  return Math.max(1, Math.min(largestBatch, fitting))
}

/** Numbers that a block keeps for its backward, and the updates of its matrices. */
function keptNumbers(block: Layer, length: number): number {
  const ofLeaves = leavesOf(block).reduce((total, leaf) => {
    if (leaf.kind !== 'linear') return total + 2 * length * leaf.width
    const { inputWidth, outputWidth } = leaf
    // As factors, or folded into a copy of the matrix, whichever is smaller.
    const update = Math.min(length * (inputWidth + outputWidth), inputWidth * outputWidth)
    return total + length * (inputWidth + outputWidth) + update
  }, 0)
  return ofLeaves + attentionNumbers(block, length)
}

/** Queries, keys and values by heads, and the probabilities. */
function attentionNumbers(layer: Layer, length: number): number {
  switch (layer.kind) {
    case 'attention':
      return 3 * length * layer.query.outputWidth + 2 * layer.heads * length * length
    case 'sequence':
      return sumOver(layer.layers, length)
    case 'residual':
      return attentionNumbers(layer.body, length)
    case 'sum':
    case 'product':
      return sumOver(layer.branches, length)
    default:
      return 0
  }
}

function sumOver(layers: readonly Layer[], length: number): number {
  return layers.reduce((total, layer) => total + attentionNumbers(layer, length), 0)
}

function leafWidth(leaf: ReturnType<typeof leavesOf>[number]): number {
  return leaf.kind === 'linear' ? Math.max(leaf.inputWidth, leaf.outputWidth) : leaf.width
}
