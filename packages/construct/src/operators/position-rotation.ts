import * as tf from '@tensorflow/tfjs-core'
import type { RotaryPositions } from '@tintjs/inner'
import { mergeHeads, rotatePairs, splitHeads } from '@tintjs/tensor'
import type { TintDimensions } from '../plan/dimensions'
import { tokenSlots } from '../state/state'
import type { OperatorArithmetic } from './arithmetic'
import {
  headSplitProduct,
  matrixNamed,
  positionImage,
  positionTensor,
  tokensOf,
  withoutPrefixes,
} from './dense-products'
import { requireFilled } from './execution'

/**
 * Rotary positions of a slot: `x * cos + (P x) * sin`, a sum of products with two images of the position one-hots, where
 * the head-split linear `P` exchanges the numbers of each pair, one with its sign changed.
 */
export interface PositionRotation {
  readonly kind: 'positionRotation'
  readonly slot: number
  /** Numbers of one inner head; heads follow each other in the slot. */
  readonly headWidth: number
  readonly positions: RotaryPositions
}

export const positionRotation: OperatorArithmetic<PositionRotation> = {
  parameters: (_, { softmaxHeads: heads, softmaxHeadWidth: width, hiddenSize, positions }) => ({
    'exchange.split': [heads, width, width],
    'exchange.bias': [hiddenSize],
    'cosine.positions': [positions, width],
    'cosine.positionScales': [heads],
    'sine.positions': [positions, width],
    'sine.positionScales': [heads],
  }),

  apply({ slot, headWidth, positions }, { tokens }, { dimensions, attention, tokens: count }) {
    const x = splitHeads(requireFilled(tokens[slot], `token slot ${slot}`), dimensions.width / headWidth)
    const { cosines, sines } = attention.rotation(positions)
    const first = (table: tf.Tensor4D) => {
      const [batch, heads, , pairs] = table.shape
      return tf.slice(table, [0, 0, 0, 0], [batch, heads, count, pairs])
    }
    const turned = mergeHeads(
      rotatePairs(x, { cosines: first(cosines), sines: first(sines) }, positions.pairing),
    )
    return { tokens: tokenSlots(dimensions.slots, new Map([[slot, turned]])) }
  },

  materialise(operator, { dimensions }) {
    const working = slotScales(operator, dimensions)
    return {
      'exchange.split': exchangeMatrix(operator, dimensions),
      'exchange.bias': tf.zeros([dimensions.hiddenSize]),
      'cosine.positions': angleImage(operator, dimensions, Math.cos, 1),
      'cosine.positionScales': working,
      'sine.positions': angleImage(operator, dimensions, Math.sin, 0),
      'sine.positionScales': tf.clone(working),
    }
  },

  applyDense(_, state, matrices, execution) {
    const { dimensions } = execution
    const text = tokensOf(state, dimensions)
    const named = (name: string) => matrixNamed(matrices, name)
    const positions = positionTensor(execution)
    const image = (role: string) =>
      positionImage(
        named(`${role}.positions`) as tf.Tensor2D,
        named(`${role}.positionScales`) as tf.Tensor1D,
        positions,
      )
    const exchanged = headSplitProduct(
      text,
      named('exchange.split') as tf.Tensor3D,
      named('exchange.bias') as tf.Tensor1D,
    )
    const turned = tf.add(tf.mul(text, image('cosine')), tf.mul(exchanged, image('sine')))
    return withoutPrefixes(turned as tf.Tensor3D, dimensions)
  },
}

/** The two numbers of each pair, counted from the head's first. */
function pairsOf({
  positions: { pairing, frequencies },
}: PositionRotation): [first: number, second: number][] {
  const half = frequencies.length
  return frequencies.map((_, pair) => (pairing === 'halves' ? [pair, pair + half] : [2 * pair, 2 * pair + 1]))
}

/** Where inner heads begin in a softmax head. */
function headStarts({ headWidth }: PositionRotation, { softmaxHeadWidth }: TintDimensions): number[] {
  return Array.from({ length: softmaxHeadWidth / headWidth }, (_, head) => head * headWidth)
}

/** The image of each basis direction: the first of a pair goes to the second, and the second to minus the first. */
function exchangeMatrix(operator: PositionRotation, dimensions: TintDimensions): tf.Tensor3D {
  const { softmaxHeads, softmaxHeadWidth: width } = dimensions
  const one = new Float32Array(width * width)
  for (const start of headStarts(operator, dimensions)) {
    for (const [first, second] of pairsOf(operator)) {
      one[(start + second) * width + start + first] = 1
      one[(start + first) * width + start + second] = -1
    }
  }
  return tf.tidy(() => tf.tile(tf.tensor3d(one, [1, width, width]), [softmaxHeads, 1, 1]))
}

/** A function of each number's angle at each position; numbers that are not turned have a constant. */
function angleImage(
  operator: PositionRotation,
  dimensions: TintDimensions,
  of: (angle: number) => number,
  constant: number,
): tf.Tensor2D {
  const { positions, maxLength, softmaxHeadWidth: width } = dimensions
  const image = new Float32Array(positions * width)
  const pairs = pairsOf(operator)
  for (let position = 0; position < maxLength; position++) {
    const row = image.subarray(position * width, (position + 1) * width).fill(constant)
    for (const start of headStarts(operator, dimensions)) {
      pairs.forEach(([first, second], pair) => {
        const value = of(position * (operator.positions.frequencies[pair] ?? 0))
        row[start + first] = value
        row[start + second] = value
      })
    }
  }
  return tf.tensor2d(image, [positions, width])
}

/** 1 for the heads of the slot. */
function slotScales(
  { slot }: PositionRotation,
  { softmaxHeads, softmaxHeadWidth, width }: TintDimensions,
): tf.Tensor1D {
  const blocks = width / softmaxHeadWidth
  return tf.tensor1d(
    Float32Array.from({ length: softmaxHeads }, (_, head) => (Math.floor(head / blocks) === slot ? 1 : 0)),
  )
}
