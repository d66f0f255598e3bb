import * as tf from '@tensorflow/tfjs-core'

/**
 * Which numbers of a head are turned together: `halves` pairs number `i` with `i + r/2` (LLaMA, GPT-NeoX), `neighbours`
 * pairs `2 i` with `2 i + 1` (GPT-J); `r` numbers are turned.
 */
export type Pairing = 'halves' | 'neighbours'

/** Cosine and sine of each pair's angle at each position, `[1 or batch, 1, positions, r/2]`. */
export interface Rotation {
  readonly cosines: tf.Tensor4D
  readonly sines: tf.Tensor4D
}

/**
 * Rotary positions (Su et al., 2021): turns each pair `(a, b)` of a head's first `r` numbers by its angle to
 * `(a cos - b sin, b cos + a sin)`. The other numbers stay.
 *
 * @param x `[batch, heads, positions, head width]`
 * @param backwards turns the other way: the transpose, which takes a gradient back
 * @returns of the same shape, owned by the caller
 */
export function rotatePairs(
  x: tf.Tensor4D,
  { cosines, sines }: Rotation,
  pairing: Pairing,
  backwards = false,
): tf.Tensor4D {
  const [batch, heads, positions, width] = x.shape
  const half = cosines.shape[3]
  return tf.tidy(() => {
    const columns = (start: number, count: number) =>
      tf.slice(x, [0, 0, 0, start], [batch, heads, positions, count])
    const [first, second] =
      pairing === 'halves' ? [columns(0, half), columns(half, half)] : neighbours(columns(0, 2 * half))
    const turned = backwards ? tf.neg(sines) : sines
    const left = tf.sub(tf.mul(first, cosines), tf.mul(second, turned))
    const right = tf.add(tf.mul(second, cosines), tf.mul(first, turned))
    const together =
      pairing === 'halves'
        ? tf.concat([left, right], 3)
        : tf.reshape(tf.stack([left, right], 4), [batch, heads, positions, 2 * half])
    const rest = width - 2 * half
    return (rest === 0 ? together : tf.concat([together, columns(2 * half, rest)], 3)) as tf.Tensor4D
  })
}

/** Even and odd columns. */
function neighbours(x: tf.Tensor4D): [tf.Tensor4D, tf.Tensor4D] {
  const [batch, heads, positions, width] = x.shape
  const pairs = tf.reshape(x, [batch * heads * positions, width / 2, 2]) as tf.Tensor3D
  const column = (index: number) =>
    tf.reshape(tf.slice(pairs, [0, 0, index], [-1, -1, 1]), [
      batch,
      heads,
      positions,
      width / 2,
    ]) as tf.Tensor4D
  return [column(0), column(1)]
}
