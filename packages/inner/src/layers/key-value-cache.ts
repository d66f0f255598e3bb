import * as tf from '@tensorflow/tfjs-core'
import type { Attention } from './layer'

/** Keys and values of one attention layer, `[batch, heads, positions, head width]`. */
export interface KeysAndValues {
  readonly keys: tf.Tensor4D
  readonly values: tf.Tensor4D
}

/** What attention has seen so far, so that a new token costs one position and not the whole context. Owns its tensors. */
export class KeyValueCache {
  readonly #seen = new Map<Attention, KeysAndValues>()

  /**
   * Adds new positions behind those that the layer has seen.
   *
   * @param added stays the caller's
   * @returns all positions; the tensors are the cache's
   */
  extend(layer: Attention, added: KeysAndValues): KeysAndValues {
    const before = this.#seen.get(layer)
    const extended =
      before === undefined
        ? { keys: tf.clone(added.keys), values: tf.clone(added.values) }
        : {
            keys: tf.concat([before.keys, added.keys], 2),
            values: tf.concat([before.values, added.values], 2),
          }
    tf.keep(extended.keys)
    tf.keep(extended.values)
    if (before !== undefined) tf.dispose([before.keys, before.values])
    this.#seen.set(layer, extended)
    return extended
  }

  dispose(): void {
    for (const { keys, values } of this.#seen.values()) tf.dispose([keys, values])
    this.#seen.clear()
  }
}
