import type { SlotTerm } from '../operators/cross-head-linear'
import type { Step } from '../operators/operator'
import { tokenStep } from '../operators/operator'

/** The kinds of modules, as they are counted. */
export type ModuleKind =
  | `${'linear' | 'norm'} ${'forward' | 'backward' | 'descent'}`
  | `${'activation' | 'attention'} ${'forward' | 'backward'}`
  | 'rotary positions'
  | 'product'
  | 'loss gradient'

/**
 * One simulated operation: steps on the state, and the slots by which long skip connections bring values in and take
 * results out. Modules of equal shape are one value, shared by all layers; the weights come with the prefixes.
 */
export interface TintModule {
  readonly kind: ModuleKind
  readonly steps: readonly Step[]
  /** By name, the token slot that a value is brought to. All other slots are zero at the start. */
  readonly inputs: Readonly<Record<string, number>>
  /** By name, the token slot that a result is taken from. */
  readonly outputs: Readonly<Record<string, number>>
  /** Whether the prefixes are loaded with weights, and whether they are taken back, changed. */
  readonly prefixes: 'unused' | 'read' | 'written'
}

/** Moves slots, so that the signal's place is free and what a backward will need is kept at the end of the state. */
export function moveSlots(...moves: readonly (readonly [from: number, into: number])[]): Step {
  const terms: SlotTerm[] = moves.map(([from, into]) => ({ into, from }))
  return tokenStep({ kind: 'crossHeadLinear', terms }, 'replace')
}

/** Slot of the signal: where modules take their input from and leave their output. */
export const signalSlot = 0
