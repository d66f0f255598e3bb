import * as tf from '@tensorflow/tfjs-core'
import type { SharedOrBatchedMatrix } from '@tintjs/tensor'

/** Tokens by slots, `[batch, N, D]` each; undefined where all coordinates are zero. */
export type TokenSlots = readonly (tf.Tensor3D | undefined)[]

/**
 * What the prefix tokens hold. Prefix `j` has row `s K + j` of the matrix in slot `s`, so that the slots in order are
 * the matrix; prefix 0 has the bias in the last slot, where all others are zero.
 *
 * The design gave prefix `j` the rows `j S .. j S + S - 1`. With rows `j, K + j, 2 K + j, ...` what comes out of head
 * `s` of the linear attention is the output's `s`-th part already, and no permutation is needed after it.
 */
export interface PrefixState {
  /** `[D, D]`, shared by a batch, or `[batch, D, D]`; undefined where all rows are zero. */
  readonly rows?: SharedOrBatchedMatrix | undefined
  /** `[1 or batch, 1, D]`; undefined where it is zero. */
  readonly bias?: tf.Tensor3D | undefined
}

/** The simulator's state in the form that knows which of its coordinates are zero. {@link denseState} has all of them. */
export interface TintState {
  readonly tokens: TokenSlots
  readonly prefixes: PrefixState
}

/** The token slots of a state with the given contents and zeros elsewhere. */
export function tokenSlots(
  slots: number,
  contents: ReadonlyMap<number, tf.Tensor3D | undefined>,
): TokenSlots {
  return Array.from({ length: slots }, (_, slot) => contents.get(slot))
}

/** The sum of two token states, slot by slot. Belongs to the caller's `tf.tidy`. */
export function addSlots(first: TokenSlots, second: TokenSlots): TokenSlots {
  return first.map((slot, index) => addIfPresent(slot, second[index]))
}

/** The sum of two prefix states. Belongs to the caller's `tf.tidy`. */
export function addPrefixes(first: PrefixState, second: PrefixState): PrefixState {
  return { rows: addIfPresent(first.rows, second.rows), bias: addIfPresent(first.bias, second.bias) }
}

function addIfPresent<Tensor extends tf.Tensor>(
  first: Tensor | undefined,
  second: Tensor | undefined,
): Tensor | undefined {
  if (first === undefined) return second
  return second === undefined ? first : (tf.add(first, second) as Tensor)
}

/**
 * A value that is narrower than a slot, with zeros behind it. Belongs to the caller's `tf.tidy`.
 *
 * @param x `[batch, N, at most width]`
 * @param width of a slot
 */
export function inWholeSlot(x: tf.Tensor3D, width: number): tf.Tensor3D {
  return tf.pad(x, [
    [0, 0],
    [0, 0],
    [0, width - x.shape[2]],
  ])
}
