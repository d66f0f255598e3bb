import { disposeStructure, InputError } from '@tintjs/tensor'
import type { PrefixState } from '../state/state'
import type { PrefixSource } from './prefix-source'

/** Prefix embeddings by the name of what they hold. Owns their tensors. */
export class PrefixTable {
  readonly #states = new Map<string, PrefixState>()
  readonly #base: PrefixTable | undefined

  /** @param base where prefixes are read from that this table does not hold; stays the caller's */
  constructor(base?: PrefixTable) {
    this.#base = base
  }

  /** Takes over the state's tensors; those that were held before are freed. */
  set({ name }: PrefixSource, state: PrefixState): void {
    disposeStructure(this.#states.get(name))
    this.#states.set(name, state)
  }

  /** Whether this table itself holds these prefixes, and not its base. */
  holds({ name }: PrefixSource): boolean {
    return this.#states.has(name)
  }

  /** The tensors stay the table's. */
  get(source: PrefixSource): PrefixState {
    const state = this.#states.get(source.name) ?? this.#base?.get(source)
    if (state !== undefined) return state
    throw new InputError(
      `The prefixes of ${source.name} are not there; expected a simulator that is not disposed.`,
    )
  }

  /** Frees what this table holds; its base stays. */
  dispose(): void {
    for (const state of this.#states.values()) disposeStructure(state)
    this.#states.clear()
  }
}
