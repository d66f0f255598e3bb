import * as tf from '@tensorflow/tfjs-core'
import type { TintDimensions } from '../plan/dimensions'
import type { PrefixState, TintState, TokenSlots } from './state'

/** How many sequences and tokens a state has. */
export interface StateSize {
  readonly batch: number
  readonly tokens: number
}

/**
 * A state as the simulator has it, all coordinates of all positions.
 *
 * @returns `[batch, K + N, Dsim]`, prefixes first; owned by the caller
 */
export function denseState(state: TintState, dimensions: TintDimensions, size: StateSize): tf.Tensor3D {
  return tf.tidy(() => {
    const prefixes = densePrefixes(state.prefixes, dimensions)
    const [rows, width] = prefixes.shape.slice(1) as [number, number]
    const broadcast = tf.broadcastTo(prefixes, [size.batch, rows, width])
    return tf.concat([broadcast, denseTokens(state.tokens, dimensions, size)], 1) as tf.Tensor3D
  })
}

/** The token half of {@link denseState}. @returns `[batch, N, Dsim]`, owned by the caller */
function denseTokens(
  tokens: TokenSlots,
  { width }: TintDimensions,
  { batch, tokens: count }: StateSize,
): tf.Tensor3D {
  return tf.tidy(() => {
    const zeros = tf.zeros([batch, count, width]) as tf.Tensor3D
    return tf.concat(
      tokens.map((slot) => slot ?? zeros),
      2,
    )
  })
}

/**
 * The prefix embeddings: prefix `j` holds row `s K + j` in slot `s`, and prefix 0 the bias in the last.
 *
 * @returns `[1 or batch, K, Dsim]`, owned by the caller
 */
export function densePrefixes({ rows, bias }: PrefixState, dimensions: TintDimensions): tf.Tensor3D {
  const { width, prefixTokens, rowsPerPrefix } = dimensions
  return tf.tidy(() => {
    const batch = Math.max(rows?.rank === 3 ? rows.shape[0] : 1, bias?.shape[0] ?? 1)
    const matrix = rows ?? tf.zeros([width, width])
    const slots = tf.reshape(matrix, [-1, rowsPerPrefix, prefixTokens, width])
    const held = tf.reshape(tf.transpose(slots, [0, 2, 1, 3]), [-1, prefixTokens, rowsPerPrefix * width])
    const first = bias ?? tf.zeros([1, 1, width])
    const others = tf.zeros([first.shape[0], prefixTokens - 1, width])
    const last = tf.concat([first, others], 1)
    const parts = [held, last].map((part) =>
      tf.broadcastTo(part, [batch, prefixTokens, part.shape[2] as number]),
    )
    return tf.concat(parts, 2) as tf.Tensor3D
  })
}

/**
 * {@link densePrefixes} undone. Of the last slot only prefix 0's part is read, as the simulator does.
 *
 * @param dense `[batch, K, Dsim]`; stays the caller's
 * @returns tensors of `[batch, D, D]` and `[batch, 1, D]`, owned by the caller
 */
export function prefixStateOf(
  dense: tf.Tensor3D,
  { width, prefixTokens, rowsPerPrefix }: TintDimensions,
): { rows: tf.Tensor3D; bias: tf.Tensor3D } {
  const batch = dense.shape[0]
  const rows = tf.tidy(() => {
    const held = tf.slice(dense, [0, 0, 0], [batch, prefixTokens, rowsPerPrefix * width])
    const slots = tf.reshape(held, [batch, prefixTokens, rowsPerPrefix, width])
    return tf.reshape(tf.transpose(slots, [0, 2, 1, 3]), [batch, width, width]) as tf.Tensor3D
  })
  return { rows, bias: tf.slice(dense, [0, 0, rowsPerPrefix * width], [batch, 1, width]) }
}

/** One slot of the tokens of a dense state. @returns `[batch, N, D]`, owned by the caller */
export function denseSlot(dense: tf.Tensor3D, slot: number, dimensions: TintDimensions): tf.Tensor3D {
  const [batch, positions] = dense.shape
  const { prefixTokens, width } = dimensions
  return tf.slice(dense, [0, prefixTokens, slot * width], [batch, positions - prefixTokens, width])
}
