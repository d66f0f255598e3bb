import * as tf from '@tensorflow/tfjs-core'
import { mergeHeads, splitHeads } from '@tintjs/tensor'
import type { TintDimensions } from '../plan/dimensions'
import { type TokenSlots, tokenSlots } from '../state/state'
import type { OperatorArithmetic } from './arithmetic'
import { crossHeadMatrix } from './cross-head-linear'
import { crossHeadProduct, matrixNamed, positionImage, tokensOf, withoutPrefixes } from './dense-products'
import { type Execution, requireFilled } from './execution'

/**
 * Softmax attention that gives each training token what the next token holds. The key at position `u` is the binary
 * digits of `u` as signs, the query at `t` those of `t + 1` times a sharpness: the score of `t + 1` is larger than all
 * others by at least twice the sharpness, so that its probability is 1 in float32. Tokens that are no training target's
 * predecessors get zero, by the mask of the input.
 */
export interface NextTokenAttention {
  readonly kind: 'nextTokenAttention'
  readonly fromSlot: number
  readonly intoSlot: number
}

/** `exp(-2 * 60)` is zero beside 1 in float32. */
const sharpness = 60

/** How many binary digits positions need. They must fit in a softmax head. */
export function positionDigits(maxLength: number): number {
  // Position `maxLength` too, which the last token asks for.
  return Math.max(1, Math.ceil(Math.log2(maxLength + 1)))
}

export const nextTokenAttention: OperatorArithmetic<NextTokenAttention> = {
  parameters(_, { positions, softmaxHeads: heads, softmaxHeadWidth: width }) {
    const cross = [width, heads, heads]
    return {
      'query.positions': [positions, width],
      'query.positionScales': [heads],
      'key.positions': [positions, width],
      'key.positionScales': [heads],
      'value.heads': cross,
      'output.heads': cross,
    }
  },

  /** A selection: the row below, where the token is a training target's predecessor. */
  apply({ fromSlot, intoSlot }, { tokens }, execution) {
    const source = requireFilled(tokens[fromSlot], `token slot ${fromSlot}`)
    const [batch, count, width] = source.shape
    const following = tf.pad(tf.slice(source, [0, 1, 0], [batch, count - 1, width]), [
      [0, 0],
      [0, 1],
      [0, 0],
    ])
    const selected = tf.mul(following, trainMask(execution, batch)) as tf.Tensor3D
    const slots: TokenSlots = tokenSlots(execution.dimensions.slots, new Map([[intoSlot, selected]]))
    return { tokens: slots }
  },

  materialise({ fromSlot, intoSlot }, { dimensions }) {
    const { softmaxHeads: heads, softmaxHeadWidth: width } = dimensions
    const blocks = dimensions.width / width
    const move = Array.from({ length: blocks }, (_, block) => ({
      into: intoSlot * blocks + block,
      from: fromSlot * blocks + block,
      factor: 1,
    }))
    const stay = Array.from({ length: heads }, (_, head) => ({ into: head, from: head, factor: 1 }))
    return {
      'query.positions': digitImage(dimensions, 1, sharpness),
      'query.positionScales': tf.ones([heads]),
      'key.positions': digitImage(dimensions, 0, 1),
      'key.positionScales': tf.ones([heads]),
      'value.heads': crossHeadMatrix(heads, width, move),
      'output.heads': crossHeadMatrix(heads, width, stay),
    }
  },

  applyDense(_, state, matrices, execution) {
    const { dimensions, tokens } = execution
    const named = (name: string) => matrixNamed(matrices, name)
    const rows = tf.range(0, tokens, 1, 'int32')
    const image = (role: string) =>
      splitHeads(
        positionImage(
          named(`${role}.positions`) as tf.Tensor2D,
          named(`${role}.positionScales`) as tf.Tensor1D,
          rows,
        ),
        dimensions.softmaxHeads,
      )
    const probabilities = tf.softmax(tf.matMul(image('query'), image('key'), false, true)) as tf.Tensor4D
    const values = crossHeadProduct(tokensOf(state, dimensions), named('value.heads') as tf.Tensor3D)
    const batch = state.shape[0]
    const shared = tf.tile(probabilities, [batch, 1, 1, 1])
    const read = mergeHeads(tf.matMul(shared, splitHeads(values, dimensions.softmaxHeads)))
    const moved = crossHeadProduct(read, named('output.heads') as tf.Tensor3D)
    return withoutPrefixes(tf.mul(moved, trainMask(execution, batch)) as tf.Tensor3D, dimensions)
  },
}

/** 1 at tokens that predict a training target, `[batch, N, 1]`. */
export function trainMask(
  { train, tokens }: Pick<Execution, 'train' | 'tokens'>,
  batch: number,
): tf.Tensor3D {
  const mask = new Float32Array(batch * tokens)
  for (const row of train.rows) mask[row] = 1
  return tf.tensor3d(mask, [batch, tokens, 1])
}

/** Binary digits of each token's position plus an offset, as signs; zero at prefixes. @returns `[Nmax + K, width]` */
function digitImage(
  { positions, maxLength, softmaxHeadWidth: width }: TintDimensions,
  offset: number,
  factor: number,
): tf.Tensor2D {
  const digits = positionDigits(maxLength)
  const values = new Float32Array(positions * width)
  for (let position = 0; position < maxLength; position++) {
    for (let digit = 0; digit < digits; digit++) {
      const isSet = Math.floor((position + offset) / 2 ** digit) % 2 === 1
      values[position * width + digit] = isSet ? factor : -factor
    }
  }
  return tf.tensor2d(values, [positions, width])
}
