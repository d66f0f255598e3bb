import * as tf from '@tensorflow/tfjs-core'

/**
 * The first `count` positions of each sequence.
 *
 * @param x `[batch, positions, width]`
 * @returns `[batch, count, width]`, owned by the caller (a view of `x` where the engine has views)
 */
export function firstPositions(x: tf.Tensor3D, count: number): tf.Tensor3D {
  const [batch, positions, width] = x.shape
  // Engines copy a slice, also where it is all.
  return count === positions ? tf.clone(x) : tf.slice(x, [0, 0, 0], [batch, count, width])
}

/**
 * Rows of a table, one for each id.
 *
 * @param table `[rows, width]`
 * @param ids `[batch, positions]`, int32, each below `rows`
 * @returns `[batch, positions, width]`, owned by the caller
 */
export function gatherRows(table: tf.Tensor2D, ids: tf.Tensor2D): tf.Tensor3D {
  const [batch, positions] = ids.shape
  return tf.tidy(() => {
    const rows = tf.gather(table, tf.reshape(ids, [batch * positions]))
    return tf.reshape(rows, [batch, positions, table.shape[1]]) as tf.Tensor3D
  })
}
