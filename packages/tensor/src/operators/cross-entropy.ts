import * as tf from '@tensorflow/tfjs-core'

/**
 * `logsumexp(logits) - logits[target]` for each row, in nats.
 *
 * @param logits `[rows, vocabulary]`
 * @param targets `[rows]`, int32, each below the vocabulary's size
 * @returns `[rows]`, owned by the caller
 */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D {
  return tf.tidy(() => {
    const rows = tf.range(0, logits.shape[0], 1, 'int32')
    const picked = tf.gatherND(logits, tf.stack([rows, targets], 1))
    return tf.sub(tf.logSumExp(logits, -1), picked) as tf.Tensor1D
  })
}
