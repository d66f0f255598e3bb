import * as tf from '@tensorflow/tfjs-core'
import type { Linear, ParameterValues } from '@tintjs/inner'
import type { SharedOrBatchedMatrix } from '@tintjs/tensor'
import type { TintDimensions } from '../plan/dimensions'
import type { PrefixState } from '../state/state'
import type { PrefixSource } from './prefix-source'

/**
 * The prefixes that hold a chunk of a leaf's weights.
 *
 * @param weights where the leaf's parameters are read from; they stay its own
 * @returns tensors owned by the caller; a matrix of `D x D` shares its numbers with the weight
 */
export function encodePrefixes(
  source: PrefixSource,
  weights: ParameterValues,
  { width }: TintDimensions,
): PrefixState {
  const { leaf, holdsBias, rowChunk } = source
  const rows = tf.tidy(() =>
    leaf.kind === 'linear' ? encodeMatrix(leaf, source, weights, width) : encodeScale(source, weights, width),
  )
  if (!holdsBias || leaf.bias === undefined) return { rows, bias: undefined }
  const vector = weights.vector(leaf.bias)
  const bias = tf.tidy(() =>
    chunkOf(tf.reshape(vector, [-1, 1, vector.shape.at(-1) ?? 0]), 2, rowChunk, width),
  )
  return { rows, bias: bias as tf.Tensor3D }
}

function encodeMatrix(
  { weight }: Linear,
  { rowChunk, columnChunk }: PrefixSource,
  weights: ParameterValues,
  width: number,
): SharedOrBatchedMatrix {
  const { weight: matrix } = weights.matrix(weight)
  const rowAxis = matrix.rank - 2
  return chunkOf(
    chunkOf(matrix, rowAxis, rowChunk, width),
    rowAxis + 1,
    columnChunk,
    width,
  ) as SharedOrBatchedMatrix
}

/** A norm's scale as a diagonal matrix; ones where it has none. */
function encodeScale({ leaf }: PrefixSource, weights: ParameterValues, width: number): SharedOrBatchedMatrix {
  if (leaf.kind !== 'norm' || leaf.scale === undefined) return tf.eye(width)
  return diagonalMatrix(weights.vector(leaf.scale), width)
}

/**
 * Numbers on the diagonal, bit for bit, which a product with the identity would not keep: each begins a row that is one
 * longer than it should be, and the rows are cut anew.
 */
function diagonalMatrix(values: tf.Tensor, width: number): SharedOrBatchedMatrix {
  const batch = values.size / width
  const rows = tf.pad(tf.reshape(values, [batch, width, 1]), [
    [0, 0],
    [0, 0],
    [0, width],
  ])
  const flat = tf.slice(tf.reshape(rows, [batch, width * (width + 1)]), [0, 0], [batch, width * width])
  if (values.rank === 1) return tf.reshape(flat, [width, width]) as tf.Tensor2D
  return tf.reshape(flat, [batch, width, width]) as tf.Tensor3D
}

/** Part `chunk` of an axis, `width` long; what is beyond the end is zero. */
function chunkOf(x: tf.Tensor, axis: number, chunk: number, width: number): tf.Tensor {
  const length = x.shape[axis] ?? 0
  if (length === width) return tf.clone(x)
  const start = chunk * width
  const size = Math.min(width, length - start)
  const begin = x.shape.map((_, index) => (index === axis ? start : 0))
  const extent = x.shape.map((whole, index) => (index === axis ? size : whole))
  const part = tf.slice(x, begin, extent)
  if (size === width) return part
  return tf.pad(
    part,
    x.shape.map((_, index) => [0, index === axis ? width - size : 0] as [number, number]),
  )
}
