import type { Layer } from '@tintjs/inner'
import type { TintModule } from '../modules/module'
import type { PrefixSource } from '../prefixes/prefix-source'

/** A value that long skip connections carry between modules: a slot's numbers at all tokens, `[batch, N, D]`. */
export type Register = number

/** Values of a width that may differ from the inner model's: chunks of `D` numbers, the last one padded with zeros. */
export type Signal = readonly Register[]

/** Runs a module: brings values to its slots and weights to the prefixes, and takes the results away. */
export interface ModuleCall {
  readonly kind: 'module'
  readonly module: TintModule
  /** The layer of the inner model that it simulates. */
  readonly layer: string
  readonly prefixes?: PrefixSource | undefined
  readonly inputs: Readonly<Record<string, Register>>
  readonly outputs: Readonly<Record<string, Register>>
}

/** Adds values: a residual connection, which has no parameters. */
export interface Addition {
  readonly kind: 'addition'
  readonly inputs: readonly Register[]
  readonly output: Register
}

/** A step of the program. */
export type Instruction = ModuleCall | Addition

/** The program of one block of the inner model, or of its final norm. */
export interface BlockProgram {
  readonly layer: Layer
  readonly input: Register
  readonly output: Register
  readonly forward: readonly Instruction[]
  readonly outputGradient: Register
  readonly inputGradient: Register
  /** Backward and descent, leaf by leaf. */
  readonly backward: readonly Instruction[]
  /** What the backward reads of the forward's values. */
  readonly memory: readonly Register[]
  /** The weights that the block's prefixes hold. */
  readonly prefixes: readonly PrefixSource[]
}

/** A simulator's program, in the order in which it runs. */
export interface TintProgram {
  readonly blocks: readonly BlockProgram[]
  readonly finalNorm: BlockProgram | undefined
  readonly loss: TintModule
}

/** All blocks of a program, the final norm too. */
export function blocksOf({ blocks, finalNorm }: TintProgram): readonly BlockProgram[] {
  return finalNorm === undefined ? blocks : [...blocks, finalNorm]
}
