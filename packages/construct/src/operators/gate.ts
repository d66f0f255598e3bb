import * as tf from '@tensorflow/tfjs-core'
import type { TintDimensions } from '../plan/dimensions'
import { addPrefixes, addSlots, type PrefixState, type TintState, type TokenSlots } from '../state/state'

/** What becomes of the old and the new value: `old`, `new`, or `old + new`. */
export type GateChoice = 'keep' | 'replace' | 'add'

/**
 * `tanh(s (u . p)) * old + tanh(s (v . p)) * new` at each position, where `p` is its one-hot and `s` so large that
 * `tanh` is 0 or 1: the gate tells prefixes from tokens by their positions alone (paper, section 2.4).
 */
export interface Gate {
  readonly tokens: GateChoice
  readonly prefixes: GateChoice
}

/** An operator's result: the sides that it computes; a side that the gate keeps may be left out. */
export interface StateChange {
  readonly tokens?: TokenSlots
  readonly prefixes?: PrefixState
}

/** `tanh(20)` is 1 in float32. */
const sharpness = 20

/** Whether the old and the new value pass, as 0 or 1. */
const passes: Readonly<Record<GateChoice, readonly [old: number, added: number]>> = {
  keep: [1, 0],
  replace: [0, 1],
  add: [1, 1],
}

/** Two vectors over the position one-hots, `u` and `v`. */
export function gateParameters({ positions }: TintDimensions) {
  return { old: [positions], new: [positions] }
}

/** The gate executed as what it is: each side is kept, replaced or added to. */
export function applyGate(gate: Gate, state: TintState, change: StateChange): TintState {
  return {
    tokens: gated(gate.tokens, state.tokens, change.tokens ?? [], addSlots),
    prefixes: gated(gate.prefixes, state.prefixes, change.prefixes ?? {}, addPrefixes),
  }
}

function gated<Side>(choice: GateChoice, old: Side, added: Side, add: (first: Side, second: Side) => Side) {
  if (choice === 'keep') return old
  return choice === 'replace' ? added : add(old, added)
}

/** The vectors `u` and `v`, `[Nmax + K]` each, owned by the caller. */
export function materialiseGate(gate: Gate, { maxLength, prefixTokens }: TintDimensions) {
  const vector = (side: 0 | 1) =>
    tf.concat([
      tf.fill([maxLength], passes[gate.tokens][side]),
      tf.fill([prefixTokens], passes[gate.prefixes][side]),
    ]) as tf.Tensor1D
  return tf.tidy(() => ({ old: vector(0), new: vector(1) }))
}

/**
 * The gate as a transformer computes it.
 *
 * @param old `[batch, K + N, Dsim]`, as `added`; both stay the caller's
 * @param rows the row of each position in the one-hots, `[K + N]`
 */
export function applyDenseGate(
  vectors: { readonly old: tf.Tensor1D; readonly new: tf.Tensor1D },
  old: tf.Tensor3D,
  added: tf.Tensor3D,
  rows: tf.Tensor1D,
): tf.Tensor3D {
  return tf.tidy(() => {
    const opening = (vector: tf.Tensor1D) =>
      tf.reshape(tf.tanh(tf.mul(tf.gather(vector, rows), sharpness)), [1, -1, 1])
    return tf.add(tf.mul(opening(vectors.old), old), tf.mul(opening(vectors.new), added)) as tf.Tensor3D
  })
}
