import * as tf from '@tensorflow/tfjs-core'

/** A matrix that every sequence of a batch shares, `[rows, columns]`, or one for each, `[batch, rows, columns]`. */
export type SharedOrBatchedMatrix = tf.Tensor2D | tf.Tensor3D

/**
 * `x W^T` for every position: the forward product of a linear layer.
 *
 * @param x `[batch, positions, columns]`
 * @param matrix `[rows, columns]`, or `[batch, rows, columns]`
 * @returns `[batch, positions, rows]`, owned by the caller
 */
export function multiplyByTransposed(x: tf.Tensor3D, matrix: SharedOrBatchedMatrix): tf.Tensor3D {
  return multiplyPositions(x, matrix, true)
}

/**
 * `x W` for every position: the backward product of a linear layer, {@link multiplyByTransposed}'s transpose.
 *
 * @param x `[batch, positions, rows]`
 * @param matrix `[rows, columns]`, or `[batch, rows, columns]`
 * @returns `[batch, positions, columns]`, owned by the caller
 */
export function multiplyBy(x: tf.Tensor3D, matrix: SharedOrBatchedMatrix): tf.Tensor3D {
  return multiplyPositions(x, matrix, false)
}

function multiplyPositions(x: tf.Tensor3D, matrix: SharedOrBatchedMatrix, transposed: boolean): tf.Tensor3D {
  if (matrix.rank === 3) return tf.matMul(x, matrix as tf.Tensor3D, false, transposed)
  const [batch, positions, width] = x.shape
  const shared = matrix as tf.Tensor2D
  // A product takes a batch of one as it is, without the two reshapes that a larger one needs.
  if (batch === 1) return tf.matMul<tf.Tensor3D>(x, shared, false, transposed)
  const outputWidth = transposed ? shared.shape[0] : shared.shape[1]
  return tf.tidy(() => {
    const rows = tf.reshape(x, [batch * positions, width]) as tf.Tensor2D
    return tf.reshape(tf.matMul(rows, shared, false, transposed), [
      batch,
      positions,
      outputWidth,
    ]) as tf.Tensor3D
  })
}

/**
 * `sum_t left_t right_t^T` over the positions of each sequence: the gradient of a linear layer's weight.
 *
 * @param left `[batch, positions, rows]`
 * @param right `[batch, positions, columns]`
 * @returns `[batch, rows, columns]`, owned by the caller
 */
export function sumOfOuterProducts(left: tf.Tensor3D, right: tf.Tensor3D): tf.Tensor3D {
  return tf.matMul(left, right, true, false)
}
