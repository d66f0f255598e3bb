import * as tf from '@tensorflow/tfjs-core'
import { mergeHeads, splitHeads } from '@tintjs/tensor'
import type { TintDimensions } from '../plan/dimensions'
import { tokenSlots } from '../state/state'
import type { OperatorArithmetic } from './arithmetic'
import { crossHeadMatrix, type HeadTerm } from './cross-head-linear'
import { crossHeadProduct, headSplitProduct, matrixNamed, tokensOf, withoutPrefixes } from './dense-products'
import { requireFilled } from './execution'

/**
 * The inner model's own attention, by the simulator's softmax heads: head `h` does inner head `h`, whose numbers it cuts
 * out of a slot. Tokens read tokens, with the mask of the input.
 */
export interface SoftmaxAttention {
  readonly kind: 'softmaxAttention'
  readonly innerHeads: number
  /** Numbers of one inner head; heads follow each other in a slot. */
  readonly headWidth: number
  /** What scores are multiplied with. */
  readonly scale: number
  readonly querySlot: number
  readonly keySlot: number
  readonly valueSlot: number
  readonly outputSlot: number
  /** Applies the transposed probabilities: what the backward of attention does to a gradient (paper, section 2.3). */
  readonly transposed: boolean
}

export const softmaxAttention: OperatorArithmetic<SoftmaxAttention> = {
  /** Queries and values are a cross-head linear and a head-split one; keys and the output a cross-head linear. */
  parameters(_, { softmaxHeads: heads, softmaxHeadWidth: width, hiddenSize }) {
    const cross = [width, heads, heads]
    const split = [heads, width, width]
    return {
      'query.heads': cross,
      'query.split': split,
      'query.bias': [hiddenSize],
      'key.heads': cross,
      'value.heads': cross,
      'value.split': split,
      'value.bias': [hiddenSize],
      'output.heads': cross,
    }
  },

  apply(operator, { tokens }, { attentionBias, dimensions, tokens: count }) {
    const { innerHeads, scale, transposed, outputSlot } = operator
    const read = (slot: number) => {
      const filled = requireFilled(tokens[slot], `token slot ${slot}`)
      return splitHeads(firstColumns(filled, innerHeads * operator.headWidth), innerHeads)
    }
    const queries = tf.mul(read(operator.querySlot), scale)
    const scores = tf.matMul(queries, read(operator.keySlot), false, true)
    const probabilities = tf.softmax(tf.add(scores, maskOf(attentionBias, count))) as tf.Tensor4D
    const output = mergeHeads(tf.matMul(probabilities, read(operator.valueSlot), transposed, false))
    const whole = padColumns(output, dimensions.width)
    return { tokens: tokenSlots(dimensions.slots, new Map([[outputSlot, whole]])) }
  },

  materialise(operator, { dimensions }) {
    const { softmaxHeads: heads, softmaxHeadWidth: width, hiddenSize } = dimensions
    const copies = (slot: number) =>
      crossHeadMatrix(heads, width, blockTerms(operator, dimensions, slot, 'read'))
    const cut = (factor: number) => headMask(operator, dimensions, factor)
    return {
      'query.heads': copies(operator.querySlot),
      'query.split': cut(operator.scale),
      'query.bias': tf.zeros([hiddenSize]),
      'key.heads': copies(operator.keySlot),
      'value.heads': copies(operator.valueSlot),
      'value.split': cut(1),
      'value.bias': tf.zeros([hiddenSize]),
      'output.heads': crossHeadMatrix(
        heads,
        width,
        blockTerms(operator, dimensions, operator.outputSlot, 'write'),
      ),
    }
  },

  applyDense({ transposed }, state, matrices, { attentionBias, dimensions, tokens }) {
    const text = tokensOf(state, dimensions)
    const named = (name: string) => matrixNamed(matrices, name)
    const cross = (role: string) => crossHeadProduct(text, named(`${role}.heads`) as tf.Tensor3D)
    const cut = (role: string) =>
      headSplitProduct(
        cross(role),
        named(`${role}.split`) as tf.Tensor3D,
        named(`${role}.bias`) as tf.Tensor1D,
      )
    const byHead = (x: tf.Tensor3D) => splitHeads(x, dimensions.softmaxHeads)
    const scores = tf.matMul(byHead(cut('query')), byHead(cross('key')), false, true)
    const probabilities = tf.softmax(tf.add(scores, maskOf(attentionBias, tokens))) as tf.Tensor4D
    const read = mergeHeads(tf.matMul(probabilities, byHead(cut('value')), transposed, false))
    return withoutPrefixes(crossHeadProduct(read, named('output.heads') as tf.Tensor3D), dimensions)
  },
}

/** The mask between the first `count` tokens. */
function maskOf(attentionBias: tf.Tensor4D, count: number): tf.Tensor4D {
  if (attentionBias.shape[2] === count) return attentionBias
  return tf.slice(attentionBias, [0, 0, 0, 0], [attentionBias.shape[0], 1, count, count])
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

/** Head `h` reads (or writes) the block of its own width in which inner head `h` lies. */
function blockTerms(
  { innerHeads, headWidth }: SoftmaxAttention,
  { softmaxHeadWidth, width }: TintDimensions,
  slot: number,
  direction: 'read' | 'write',
): HeadTerm[] {
  const blocksPerSlot = width / softmaxHeadWidth
  return Array.from({ length: innerHeads }, (_, head) => {
    const block = slot * blocksPerSlot + Math.floor((head * headWidth) / softmaxHeadWidth)
    return direction === 'read'
      ? { into: head, from: block, factor: 1 }
      : { into: block, from: head, factor: 1 }
  })
}

/** Lets each head's own numbers pass, times a factor. @returns `[heads, width, width]` */
function headMask(
  { innerHeads, headWidth }: SoftmaxAttention,
  { softmaxHeads, softmaxHeadWidth: width }: TintDimensions,
  factor: number,
): tf.Tensor3D {
  const values = new Float32Array(softmaxHeads * width * width)
  for (let head = 0; head < innerHeads; head++) {
    const start = (head * headWidth) % width
    for (let channel = start; channel < start + headWidth; channel++) {
      values[(head * width + channel) * width + channel] = factor
    }
  }
  return tf.tensor3d(values, [softmaxHeads, width, width])
}
