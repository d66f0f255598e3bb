import * as tf from '@tensorflow/tfjs-core'

/**
 * `[batch, positions, heads * width]` to `[batch, heads, positions, width]`.
 *
 * @returns owned by the caller
 */
export function splitHeads(x: tf.Tensor3D, heads: number): tf.Tensor4D {
  const [batch, positions, width] = x.shape
  return tf.tidy(() => {
    const split = tf.reshape(x, [batch, positions, heads, width / heads])
    return tf.transpose(split, [0, 2, 1, 3]) as tf.Tensor4D
  })
}

/**
 * `[batch, heads, positions, width]` to `[batch, positions, heads * width]`: {@link splitHeads} undone.
 *
 * @returns owned by the caller
 */
export function mergeHeads(x: tf.Tensor4D): tf.Tensor3D {
  const [batch, heads, positions, width] = x.shape
  return tf.tidy(() => {
    const merged = tf.transpose(x, [0, 2, 1, 3])
    return tf.reshape(merged, [batch, positions, heads * width]) as tf.Tensor3D
  })
}

/**
 * Puts the rows of heads that share something below each other: `[batch, heads, rows, width]` to
 * `[batch, shared, heads / shared * rows, width]`, so that one product serves a group of neighbouring heads.
 *
 * @returns `x` itself where nothing is shared, or a tensor owned by the caller
 */
export function groupHeads(x: tf.Tensor4D, shared: number): tf.Tensor4D {
  const [batch, heads, rows, width] = x.shape
  return heads === shared ? x : tf.reshape(x, [batch, shared, (heads / shared) * rows, width])
}

/** {@link groupHeads} undone. */
export function ungroupHeads(x: tf.Tensor4D, heads: number): tf.Tensor4D {
  const [batch, shared, rows, width] = x.shape
  return heads === shared ? x : tf.reshape(x, [batch, heads, (rows * shared) / heads, width])
}
