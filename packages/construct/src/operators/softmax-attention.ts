import * as tf from '@tensorflow/tfjs-core'
import type { AlibiPositions, AttentionContext } from '@tintjs/inner'
import { groupHeads, mergeHeads, splitHeads, ungroupHeads } from '@tintjs/tensor'
import type { TintDimensions } from '../plan/dimensions'
import { tokenSlots } from '../state/state'
import type { Matrices, OperatorArithmetic } from './arithmetic'
import { crossHeadMatrix, type HeadTerm } from './cross-head-linear'
import {
  crossHeadProduct,
  headSplitProduct,
  matrixNamed,
  positionImage,
  positionTensor,
  tokensOf,
  withoutPrefixes,
} from './dense-products'
import { type Execution, requireFilled } from './execution'

/**
 * The inner model's own attention, by the simulator's softmax heads: head `h` does inner head `h`, whose numbers it cuts
 * out of a slot. Tokens read tokens, with the mask of the input.
 */
export interface SoftmaxAttention {
  readonly kind: 'softmaxAttention'
  readonly innerHeads: number
  /** Inner heads of keys and values, each shared by a group of neighbouring heads. */
  readonly keyValueHeads: number
  /** Numbers of one inner head; heads follow each other in a slot. */
  readonly headWidth: number
  /** What scores are multiplied with. */
  readonly scale: number
  /** Adds slopes times positions to the scores, in a coordinate that no head's numbers need. */
  readonly alibi?: AlibiPositions | undefined
  /** Rows look at the last so many tokens only: part of the mask. */
  readonly window?: number | undefined
  readonly querySlot: number
  readonly keySlot: number
  readonly valueSlot: number
  readonly outputSlot: number
  /**
   * Applies the transposed probabilities: what the backward of attention does to a gradient (paper, section 2.3). It takes
   * the gradient of all heads, and gives that of the values, summed over the heads that share them.
   */
  readonly transposed: boolean
}

export const softmaxAttention: OperatorArithmetic<SoftmaxAttention> = {
  /**
   * Queries and values are a cross-head linear and a head-split one, and the output a cross-head linear. So are keys, with a
   * head-split linear too where heads share them or ALiBi needs a free coordinate.
   */
  parameters(operator, { softmaxHeads: heads, softmaxHeadWidth: width, hiddenSize, positions }) {
    const cross = [width, heads, heads]
    const split = [heads, width, width]
    const keySplit = movesKeys(operator) ? { 'key.split': split, 'key.bias': [hiddenSize] } : {}
    const keyPositions =
      operator.alibi === undefined
        ? {}
        : { 'key.positions': [positions, width], 'key.positionScales': [heads] }
    return {
      'query.heads': cross,
      'query.split': split,
      'query.bias': [hiddenSize],
      'key.heads': cross,
      ...keySplit,
      ...keyPositions,
      'value.heads': cross,
      'value.split': split,
      'value.bias': [hiddenSize],
      'output.heads': cross,
    }
  },

  apply(operator, { tokens }, execution) {
    const { innerHeads, keyValueHeads, headWidth, scale, alibi, window, transposed, outputSlot } = operator
    const { dimensions } = execution
    const read = (slot: number, heads: number) =>
      splitHeads(firstColumns(requireFilled(tokens[slot], `token slot ${slot}`), heads * headWidth), heads)
    const scaled: tf.Tensor4D = tf.mul(read(operator.querySlot, innerHeads), scale)
    const queries = groupHeads(scaled, keyValueHeads)
    const scores: tf.Tensor4D = tf.matMul(queries, read(operator.keySlot, keyValueHeads), false, true)
    const biased = tf.add(
      ungroupHeads(scores, innerHeads),
      scoreBias(execution, { positions: alibi, window }),
    )
    const probabilities = groupHeads(tf.softmax(biased) as tf.Tensor4D, keyValueHeads)
    const values = transposed
      ? groupHeads(read(operator.valueSlot, innerHeads), keyValueHeads)
      : read(operator.valueSlot, keyValueHeads)
    const product: tf.Tensor4D = tf.matMul(probabilities, values, transposed, false)
    const output = mergeHeads(transposed ? product : ungroupHeads(product, innerHeads))
    const whole = padColumns(output, dimensions.width)
    return { tokens: tokenSlots(dimensions.slots, new Map([[outputSlot, whole]])) }
  },

  materialise(operator, { dimensions }) {
    const { softmaxHeads: heads, softmaxHeadWidth: width, hiddenSize } = dimensions
    const { query, key, value, output } = headPlaces(operator, dimensions)
    const copies = (places: readonly HeadPlace[]) =>
      crossHeadMatrix(
        heads,
        width,
        places.map(({ block }, head) => ({ into: head, from: block, factor: 1 })),
      )
    const written: HeadTerm[] = output.map(({ block }, head) => ({ into: block, from: head, factor: 1 }))
    const common = movesKeys(operator) ? query.map(() => 0) : query.map(({ offset }) => offset)
    const move = (places: readonly HeadPlace[], offsets: readonly number[], factor: number) =>
      moveMatrix(operator, dimensions, places, offsets, factor)
    const keySplit = movesKeys(operator)
      ? { 'key.split': move(key, common, 1), 'key.bias': tf.zeros([hiddenSize]) }
      : {}
    return {
      'query.heads': copies(query),
      'query.split': move(query, common, operator.scale),
      'query.bias': slopeBias(operator, dimensions),
      'key.heads': copies(key),
      ...keySplit,
      ...(operator.alibi === undefined ? {} : alibiImage(operator, dimensions)),
      'value.heads': copies(value),
      'value.split': move(
        value,
        output.map(({ offset }) => offset),
        1,
      ),
      'value.bias': tf.zeros([hiddenSize]),
      'output.heads': crossHeadMatrix(heads, width, written),
    }
  },

  applyDense({ transposed, window }, state, matrices, execution) {
    const { dimensions } = execution
    const text = tokensOf(state, dimensions)
    const image = (role: string) =>
      splitHeads(denseImage(role, text, matrices, execution), dimensions.softmaxHeads)
    const scores = tf.matMul(image('query'), image('key'), false, true)
    const probabilities = tf.softmax(tf.add(scores, scoreBias(execution, { window }))) as tf.Tensor4D
    const read = mergeHeads(tf.matMul(probabilities, image('value'), transposed, false))
    const output = crossHeadProduct(read, matrixNamed(matrices, 'output.heads') as tf.Tensor3D)
    return withoutPrefixes(output, dimensions)
  },
}

/** Whether keys must be moved within their heads, to meet their queries or to free a coordinate. */
function movesKeys({ alibi, innerHeads, keyValueHeads }: SoftmaxAttention): boolean {
  return alibi !== undefined || innerHeads !== keyValueHeads
}

/** What is added to scores between the first tokens of a pass. */
function scoreBias(
  { attention, tokens: count }: Pick<Execution, 'attention' | 'tokens'>,
  rules: Parameters<AttentionContext['scoreBias']>[0],
): tf.Tensor4D {
  const bias = attention.scoreBias(rules)
  const [batch, heads, rows] = bias.shape
  return rows === count ? bias : tf.slice(bias, [0, 0, 0, 0], [batch, heads, count, count])
}

function firstColumns(x: tf.Tensor3D, columns: number): tf.Tensor3D {
  const [batch, positions, width] = x.shape
  return width === columns ? x : tf.slice(x, [0, 0, 0], [batch, positions, columns])
}

function padColumns(x: tf.Tensor3D, width: number): tf.Tensor3D {
  const missing = width - x.shape[2]
  if (missing === 0) return x
  return tf.pad(x, [
    [0, 0],
    [0, 0],
    [0, missing],
  ])
}

/** Where an inner head's numbers are: in which block of a softmax head's width, and from which number of it on. */
interface HeadPlace {
  readonly block: number
  readonly offset: number
}

/** For each softmax head that works, where its query, key and value come from, and where its output goes. */
function headPlaces(operator: SoftmaxAttention, dimensions: TintDimensions) {
  const { innerHeads, keyValueHeads, headWidth, transposed } = operator
  const { width, softmaxHeadWidth } = dimensions
  const group = innerHeads / keyValueHeads
  const places = (slot: number, shared: boolean): HeadPlace[] =>
    Array.from({ length: innerHeads }, (_, head) => {
      const start = (shared ? Math.floor(head / group) : head) * headWidth
      const block = slot * (width / softmaxHeadWidth) + Math.floor(start / softmaxHeadWidth)
      return { block, offset: start % softmaxHeadWidth }
    })
  return {
    query: places(operator.querySlot, false),
    key: places(operator.keySlot, true),
    value: places(operator.valueSlot, !transposed),
    output: places(operator.outputSlot, transposed),
  }
}

/** Lets each head's own numbers pass, from their place to an offset, times a factor. @returns `[heads, width, width]` */
function moveMatrix(
  { headWidth }: SoftmaxAttention,
  { softmaxHeads, softmaxHeadWidth: width }: TintDimensions,
  places: readonly HeadPlace[],
  offsets: readonly number[],
  factor: number,
): tf.Tensor3D {
  const values = new Float32Array(softmaxHeads * width * width)
  places.forEach(({ offset }, head) => {
    const into = offsets[head] ?? 0
    for (let channel = 0; channel < headWidth; channel++) {
      values[(head * width + into + channel) * width + offset + channel] = factor
    }
  })
  return tf.tensor3d(values, [softmaxHeads, width, width])
}

/** Queries hold the head's slope in the coordinate after their own numbers, where keys hold their position. */
function slopeBias(
  { alibi, headWidth }: SoftmaxAttention,
  { hiddenSize, softmaxHeadWidth }: TintDimensions,
): tf.Tensor1D {
  const bias = new Float32Array(hiddenSize)
  alibi?.slopes.forEach((slope, head) => {
    bias[head * softmaxHeadWidth + headWidth] = slope
  })
  return tf.tensor1d(bias)
}

/** Each position's number in that coordinate, for the heads that work. */
function alibiImage(
  { innerHeads, headWidth }: SoftmaxAttention,
  { positions, maxLength, softmaxHeads, softmaxHeadWidth: width }: TintDimensions,
): Matrices {
  const image = new Float32Array(positions * width)
  for (let position = 0; position < maxLength; position++) image[position * width + headWidth] = position
  const scales = Float32Array.from({ length: softmaxHeads }, (_, head) => (head < innerHeads ? 1 : 0))
  return {
    'key.positions': tf.tensor2d(image, [positions, width]),
    'key.positionScales': tf.tensor1d(scales),
  }
}

function denseImage(role: string, text: tf.Tensor3D, matrices: Matrices, execution: Execution): tf.Tensor3D {
  let image = crossHeadProduct(text, matrixNamed(matrices, `${role}.heads`) as tf.Tensor3D)
  const split = matrices[`${role}.split`]
  if (split !== undefined) {
    image = headSplitProduct(
      image,
      split as tf.Tensor3D,
      matrixNamed(matrices, `${role}.bias`) as tf.Tensor1D,
    )
  }
  const positions = matrices[`${role}.positions`]
  if (positions === undefined) return image
  const scales = matrixNamed(matrices, `${role}.positionScales`) as tf.Tensor1D
  return tf.add(image, positionImage(positions as tf.Tensor2D, scales, positionTensor(execution)))
}
