import { programArithmetic, type TintSimulator } from '@tintjs/construct'
import {
  type Attention,
  type GradientChoice,
  type InnerModelDescription,
  keyValueHeads,
  type Layer,
} from '@tintjs/inner'

/** What the arithmetic of a step depends on, besides the model's shape. */
export interface StepSizes {
  /** Tokens of the sequence, `N`. */
  readonly length: number
  /** `n`: tokens `1..n-1` are learned, tokens `n..N-1` are tested. */
  readonly trainLength: number
  readonly gradient: Pick<GradientChoice, 'attentionGradient' | 'lossGradient'>
  /** Whether test tokens are scored before anything is learned, as `trainingStep` has it; default true. */
  readonly scoreBefore?: boolean | undefined
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
 * leaves nothing out: the engine computes its scores too. TinT's backward passes through values only: queries and keys
 * neither pass gradients nor learn. Without losses before, the first forward runs over the `m` learned positions alone,
 * and without the head.
 */
export function stepArithmetic(description: InnerModelDescription, sizes: StepSizes): number {
  const { length, trainLength, gradient, scoreBefore = true } = sizes
  const learned = trainLength - 1
  const scored = forwardArithmetic(description, length, length - trainLength)
  const first = scoreBefore ? scored : forwardArithmetic(description, learned, 0)
  const full = gradient.attentionGradient === 'full'
  const backward = description.blocks.map((block) => backwardOperations(block, learned, full)).reduce(add, 0)
  return first + scored + lossGradientArithmetic(description, gradient, learned) + backward
}

/**
 * The same of a step that runs a simulator's program: its modules, and the inner model's head and projections. The
 * program always runs over all tokens; without losses before, the head alone is left out of its first run.
 */
export function literalStepArithmetic(
  description: InnerModelDescription,
  { program, dimensions }: Pick<TintSimulator, 'program' | 'dimensions'>,
  { length, trainLength, gradient, scoreBefore = true }: StepSizes,
): number {
  const learned = trainLength - 1
  const modules = programArithmetic(program, dimensions, { length, learnedPositions: learned })
  const tested = length - trainLength
  const around = [scoreBefore ? tested : 0, tested]
    .map((headPositions) => aroundBlocksArithmetic(description, length, headPositions))
    .reduce(add, 0)
  const lossGradient = lossGradientArithmetic(description, gradient, learned)
  return around + 2 * modules.forward + lossGradient + modules.backward
}

/** A forward over so many positions, and the head at so many of them. */
function forwardArithmetic(
  description: InnerModelDescription,
  positions: number,
  headPositions: number,
): number {
  const blocks = description.blocks.map((block) => forwardOperations(block, positions)).reduce(add, 0)
  return aroundBlocksArithmetic(description, positions, headPositions) + blocks
}

/** What stands around the blocks: projections at all positions, and the head where it is needed. */
function aroundBlocksArithmetic(
  description: InnerModelDescription,
  positions: number,
  headPositions: number,
): number {
  const head = 2 * headPositions * description.vocabularySize * embeddingWidth(description)
  return head + 2 * positions * (embeddingProjection(description) + headProjection(description))
}

function lossGradientArithmetic(
  description: InnerModelDescription,
  gradient: StepSizes['gradient'],
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
