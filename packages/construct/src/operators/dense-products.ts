import * as tf from '@tensorflow/tfjs-core'
import { integerTensor } from '@tintjs/inner'
import { TintError } from '@tintjs/tensor'
import type { TintDimensions } from '../plan/dimensions'
import type { Matrices } from './arithmetic'
import type { Execution } from './execution'

/** One of an operator's matrices. */
export function matrixNamed(matrices: Matrices, name: string): tf.Tensor {
  const matrix = matrices[name]
  if (matrix === undefined) {
    throw new TintError(
      `An operator has no matrix ${name}; expected one of ${Object.keys(matrices).join(', ')}.`,
    )
  }
  return matrix
}

/**
 * A cross-head linear: in each channel, heads are mixed by a matrix of their own.
 *
 * @param x `[batch, T, heads * channels]`
 * @param matrix `[channels, heads out, heads in]`
 * @returns `[batch, T, heads * channels]`
 */
export function crossHeadProduct(x: tf.Tensor3D, matrix: tf.Tensor3D): tf.Tensor3D {
  const [batch, positions, width] = x.shape
  const [channels, heads] = matrix.shape
  return tf.tidy(() => {
    const split = tf.reshape(x, [batch * positions, heads, channels])
    const byChannel = tf.transpose(split, [2, 0, 1])
    const mixed = tf.matMul(byChannel, matrix, false, true)
    return tf.reshape(tf.transpose(mixed, [1, 2, 0]), [batch, positions, width]) as tf.Tensor3D
  })
}

/**
 * A head-split linear: each head's channels are mixed by a matrix of their own, plus a bias.
 *
 * @param x `[batch, T, heads * width]`
 * @param matrix `[heads, width out, width in]`
 * @param bias `[heads * width]`
 * @returns `[batch, T, heads * width]`
 */
export function headSplitProduct(x: tf.Tensor3D, matrix: tf.Tensor3D, bias: tf.Tensor1D): tf.Tensor3D {
  const [batch, positions, whole] = x.shape
  const [heads, width] = matrix.shape
  return tf.tidy(() => {
    const split = tf.transpose(tf.reshape(x, [batch * positions, heads, width]), [1, 0, 2])
    const mixed = tf.transpose(tf.matMul(split, matrix, false, true), [1, 0, 2])
    return tf.add(tf.reshape(mixed, [batch, positions, whole]), bias) as tf.Tensor3D
  })
}

/**
 * The head-wise image of the position one-hots: one matrix for all heads, times a number for each head.
 *
 * @param matrix `[Nmax + K, channels]`
 * @param scales `[heads]`
 * @param rows the row of each position in the one-hots, `[T]`, or `[1 or batch, T]`
 * @returns `[1 or batch, T, heads * channels]`
 */
export function positionImage(
  matrix: tf.Tensor2D,
  scales: tf.Tensor1D,
  rows: tf.Tensor1D | tf.Tensor2D,
): tf.Tensor3D {
  const batch = rows.rank === 2 ? rows.shape[0] : 1
  return tf.tidy(() => {
    const images = tf.expandDims(tf.gather(matrix, tf.reshape(rows, [-1])), 1)
    const byHead = tf.mul(images, tf.reshape(scales, [1, -1, 1]))
    return tf.reshape(byHead, [batch, rows.size / batch, scales.shape[0] * matrix.shape[1]]) as tf.Tensor3D
  })
}

/** The positions of the tokens, which may restart, `[1 or batch, N]`, int32, owned by the caller. */
export function positionTensor({
  positionIds,
  tokens,
}: Pick<Execution, 'positionIds' | 'tokens'>): tf.Tensor2D {
  return integerTensor(positionIds.map((row) => row.subarray(0, tokens)))
}

/** The rows of prefixes, then tokens, in the position one-hots. @returns `[K + N]`, int32, owned by the caller */
export function positionRows({ maxLength, prefixTokens }: TintDimensions, tokens: number): tf.Tensor1D {
  const prefixes = Int32Array.from({ length: prefixTokens }, (_, prefix) => maxLength + prefix)
  const texts = Int32Array.from({ length: tokens }, (_, token) => token)
  return tf.tensor1d(Int32Array.from([...prefixes, ...texts]), 'int32')
}

/** Prefix positions with nothing in them before the tokens' rows: the result of an operator that only tokens take part in. */
export function withoutPrefixes(tokens: tf.Tensor3D, { prefixTokens }: TintDimensions): tf.Tensor3D {
  return tf.pad(tokens, [
    [0, 0],
    [prefixTokens, 0],
    [0, 0],
  ])
}

/** The tokens' part of a dense state. */
export function tokensOf(state: tf.Tensor3D, { prefixTokens }: TintDimensions): tf.Tensor3D {
  const [batch, positions, width] = state.shape
  return tf.slice(state, [0, prefixTokens, 0], [batch, positions - prefixTokens, width])
}
