import { programArithmetic, type TintSimulator } from '@tintjs/construct'
import { type Attention, type InnerModelDescription, keyValueHeads, type Layer } from '@tintjs/inner'
import type { GradientChoice } from '@tintjs/simulate'

/** What the arithmetic of a step depends on, besides the model's shape. */
export interface StepSizes {
  /** Tokens of the sequence, `N`. */
  readonly length: number
  /** `n`: tokens `1..n-1` are learned, tokens `n..N-1` are tested. */
  readonly trainLength: number
  readonly gradient: Pick<GradientChoice, 'name' | 'attentionGradient' | 'lossGradient'>
}

/**
 * The floating-point operations of one fused training step of one sequence, all layers learning, counted from shapes:
 * two for each multiply-add of a matrix product, nothing for element-wise work. It says what the step needs, whatever
 * form the engine chooses, so that rates of different programs can be compared. With `D` the width, `V` the vocabulary, `E`
 * the embedding width, `N` tokens, `n` the train length and `m = n - 1` learned positions:
 *
 * | part | operations |
 * |---|---|
 * | forward, twice | each linear `2 N in out`; attention `4 N^2 D` (scores and their use, no half left out for causality); projections of embedding and head `2 N E D` each; head `2 (N - n) V E` |
 * | loss gradient | logits and their way back `4 m V E` (`target` needs none); head projection `2 m E D` |
 * | backward | each linear on the way `2 m in out`; attention `2 m^2 D` to the values, `8 m^2 D` with queries and keys |
 * | descent | each linear that learns `2 m in out`: the update as a dense matrix |
 *
 * Keys and values that heads share count once for each head in attention, and as they are in their linears. A window
 * leaves nothing out: the engine computes its scores too. TinT's backward passes through values only: queries and keys neither pass gradients nor learn.
 */
export function stepArithmetic(description: InnerModelDescription, sizes: StepSizes): number {
  const learned = sizes.trainLength - 1
  const around = aroundBlocksArithmetic(description, sizes)
  const blocks = description.blocks.map((block) => forwardOperations(block, sizes.length)).reduce(add, 0)
  const backward = description.blocks
    .map((block) => backwardOperations(block, learned, sizes.gradient.attentionGradient === 'full'))
    .reduce(add, 0)
  return 2 * (around + blocks) + lossGradientArithmetic(description, sizes, learned) + backward
}

/** The same of a step that runs a simulator's program: its modules, and the inner model's head and projections. */
export function literalStepArithmetic(
  description: InnerModelDescription,
  { program, dimensions }: Pick<TintSimulator, 'program' | 'dimensions'>,
  sizes: StepSizes,
): number {
  const learned = sizes.trainLength - 1
  const modules = programArithmetic(program, dimensions, { length: sizes.length, learnedPositions: learned })
  const forward = aroundBlocksArithmetic(description, sizes) + modules.forward
  return 2 * forward + lossGradientArithmetic(description, sizes, learned) + modules.backward
}

/** What stands around the blocks: head and projections. */
function aroundBlocksArithmetic(
  description: InnerModelDescription,
  { length, trainLength }: StepSizes,
): number {
  const { vocabularySize } = description
  const head = 2 * (length - trainLength) * vocabularySize * embeddingWidth(description)
  const projections = 2 * length * (embeddingProjection(description) + headProjection(description))
  return head + projections
}

function lossGradientArithmetic(
  description: InnerModelDescription,
  { gradient }: StepSizes,
  learned: number,
): number {
  const head = gradient.lossGradient === 'target' ? 0 : 4 * description.vocabularySize
  return learned * (head * embeddingWidth(description) + 2 * headProjection(description))
}

/** A layer's forward at so many positions. */
function forwardOperations(layer: Layer, positions: number): number {
  switch (layer.kind) {
    case 'linear':
      return 2 * positions * layer.inputWidth * layer.outputWidth
    case 'attention': {
      const children = [layer.query, layer.key, layer.value]
      const mixing = 2 * positions ** 2 * (layer.query.outputWidth + mixedWidth(layer))
      return children.map((child) => forwardOperations(child, positions)).reduce(add, mixing)
    }
    default:
      return childrenOf(layer)
        .map((child) => forwardOperations(child, positions))
        .reduce(add, 0)
  }
}

/** A layer's backward and descent at so many positions. */
function backwardOperations(layer: Layer, positions: number, full: boolean): number {
  switch (layer.kind) {
    case 'linear':
      return 4 * positions * layer.inputWidth * layer.outputWidth
    case 'attention': {
      const toValues = 2 * positions ** 2 * mixedWidth(layer)
      const value = backwardOperations(layer.value, positions, full)
      if (!full) return toValues + value
      // dA = dy V^T, dQ = dS K, dK = dS^T Q
      const toScores = 2 * positions ** 2 * (mixedWidth(layer) + 2 * layer.query.outputWidth)
      const children = [layer.query, layer.key].map((child) => backwardOperations(child, positions, full))
      return children.reduce(add, toValues + value + toScores)
    }
    default:
      return childrenOf(layer)
        .map((child) => backwardOperations(child, positions, full))
        .reduce(add, 0)
  }
}

/** The width of the values that all heads mix: values that heads share count once for each of them. */
function mixedWidth(layer: Attention): number {
  return (layer.value.outputWidth / keyValueHeads(layer)) * layer.heads
}

function childrenOf(layer: Exclude<Layer, { kind: 'linear' | 'attention' }>): readonly Layer[] {
  switch (layer.kind) {
    case 'sequence':
      return layer.layers
    case 'residual':
      return [layer.body]
    case 'sum':
    case 'product':
      return layer.branches
    case 'norm':
    case 'activation':
      return []
  }
}

function embeddingWidth({ head, width }: InnerModelDescription): number {
  return head.vocabulary.shape[1] ?? width
}

function embeddingProjection({ embedding }: InnerModelDescription): number {
  return (embedding.projection?.shape ?? [0]).reduce((product, size) => product * size, 1)
}

function headProjection({ head }: InnerModelDescription): number {
  return (head.projection?.shape ?? [0]).reduce((product, size) => product * size, 1)
}

function add(left: number, right: number): number {
  return left + right
}
