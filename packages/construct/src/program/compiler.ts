import type { FiniteDifference, Linear, LossGradient } from '@tintjs/inner'
import { TintError } from '@tintjs/tensor'
import type { TintModule } from '../modules/module'
import type { TintDimensions } from '../plan/dimensions'
import type { PrefixSource } from '../prefixes/prefix-source'
import type { Instruction, Register, Signal } from './program'

/** Which gradient the simulator is built to follow. */
export interface Approximations {
  readonly derivative: FiniteDifference
  readonly lossGradient: LossGradient
  readonly updateNormWeights: boolean
  /** By how much the bias of a linear learns faster than it should; 1 but for imitations of faulty code. */
  biasRateMultiplier(leaf: Linear): number
}

/** Modules by what they are made of, so that equal ones are one. */
export class ModuleLibrary {
  readonly #modules = new Map<string, TintModule>()

  /** The library's module that is equal to this one. */
  shared(module: TintModule): TintModule {
    const key = JSON.stringify(module)
    const known = this.#modules.get(key)
    if (known !== undefined) return known
    this.#modules.set(key, module)
    return module
  }
}

/** Writes the program of one block: leaves ask it for registers, and give it calls of modules. */
export class BlockCompiler {
  readonly dimensions: TintDimensions
  readonly approximations: Approximations
  readonly prefixes: PrefixSource[] = []
  readonly #library: ModuleLibrary
  #instructions: Instruction[] = []
  #registers = 0

  constructor(dimensions: TintDimensions, approximations: Approximations, library: ModuleLibrary) {
    this.dimensions = dimensions
    this.approximations = approximations
    this.#library = library
  }

  /** A new value of the long skip connections. */
  register(): Register {
    return this.#registers++
  }

  /** Adds a call of a module. @returns registers of its outputs, by their names */
  call(
    module: TintModule,
    call: {
      readonly layer: string
      readonly inputs: Readonly<Record<string, Register>>
      readonly prefixes?: PrefixSource
    },
  ): Readonly<Record<string, Register>> {
    const outputs = Object.fromEntries(Object.keys(module.outputs).map((name) => [name, this.register()]))
    this.#instructions.push({ kind: 'module', module: this.#library.shared(module), ...call, outputs })
    return outputs
  }

  /** The sum of values; one value stays as it is. */
  add(registers: readonly Register[]): Register {
    const [only] = registers
    if (only === undefined) throw new TintError('A sum of no values was compiled.')
    if (registers.length === 1) return only
    const output = this.register()
    this.#instructions.push({ kind: 'addition', inputs: registers, output })
    return output
  }

  /** Chunk by chunk, the sum of signals. */
  addSignals(signals: readonly Signal[]): Signal {
    const [first] = signals
    if (first === undefined) throw new TintError('A sum of no signals was compiled.')
    return first.map((_, chunk) =>
      this.add(signals.map((signal) => signal[chunk]).filter((register) => register !== undefined)),
    )
  }

  /** The instructions since the last call of this. */
  take(): Instruction[] {
    const taken = this.#instructions
    this.#instructions = []
    return taken
  }
}

/** One of a module's outputs. */
export function outputNamed(outputs: Readonly<Record<string, Register>>, name: string): Register {
  const register = outputs[name]
  if (register === undefined) throw new TintError(`A module has no output ${name}.`)
  return register
}
