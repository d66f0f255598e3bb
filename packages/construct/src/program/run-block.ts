import * as tf from '@tensorflow/tfjs-core'
import { firstPositions, TintError, tidyStructure } from '@tintjs/tensor'
import type { TintModule } from '../modules/module'
import type { Execution } from '../operators/execution'
import { applyStep } from '../operators/operator'
import type { PrefixTable } from '../prefixes/prefix-table'
import { type PrefixState, type TintState, tokenSlots } from '../state/state'
import type { BlockProgram, Instruction, ModuleCall, Register } from './program'

/** Values of a block's registers, `[batch, N, D]` each. */
export type RegisterValues = Record<Register, tf.Tensor3D>

/** A module that has just run, with its state as it left it. The tensors are gone when the observer returns. */
export interface ModuleEvent {
  readonly call: ModuleCall
  readonly pass: 'forward' | 'backward'
  readonly before: TintState
  readonly after: TintState
  readonly execution: Execution
}

/** Told of every module. */
export type ModuleObserver = (event: ModuleEvent) => void

/** What runs a block's instructions. */
export interface BlockRun {
  readonly execution: Execution
  /** Where prefixes are loaded from, and changed ones are put. */
  readonly prefixes: PrefixTable
  readonly onModule?: ModuleObserver | undefined
}

/**
 * Runs a block forward.
 *
 * @param input `[batch, N, D]`; stays the caller's
 * @param keep whether a backward will follow
 * @returns owned by the caller: the output and, where they are kept, the values that the backward reads
 */
export function runBlockForward(
  program: BlockProgram,
  input: tf.Tensor3D,
  run: BlockRun,
  keep: boolean,
): { output: tf.Tensor3D; memory: RegisterValues } {
  return tidyStructure(() => {
    const values: RegisterValues = { [program.input]: input }
    runInstructions(program.forward, values, run, 'forward')
    const memory: RegisterValues = {}
    // Handles of their own: registers may share tensors with each other and with the input.
    if (keep) for (const register of program.memory) memory[register] = tf.clone(read(values, register))
    return { output: tf.clone(read(values, program.output)), memory }
  })
}

/**
 * Runs a block backward; its leaves descend, and the changed prefixes go to the run's table.
 *
 * @param outputGradient `[batch, positions, D]`; stays the caller's
 * @param memory of {@link runBlockForward}; stays the caller's
 * @returns the gradient of the block's input, owned by the caller
 */
export function runBlockBackward(
  program: BlockProgram,
  outputGradient: tf.Tensor3D,
  memory: RegisterValues,
  run: BlockRun,
): tf.Tensor3D {
  const positions = run.execution.tokens
  return tf.tidy(() => {
    const values: RegisterValues = { [program.outputGradient]: outputGradient }
    for (const register of program.memory) {
      const value = read(memory, register)
      values[register] = value.shape[1] === positions ? value : firstPositions(value, positions)
    }
    runInstructions(program.backward, values, run, 'backward')
    return tf.clone(read(values, program.inputGradient))
  })
}

function runInstructions(
  instructions: readonly Instruction[],
  values: RegisterValues,
  run: BlockRun,
  pass: ModuleEvent['pass'],
): void {
  for (const instruction of instructions) {
    if (instruction.kind === 'addition') {
      values[instruction.output] = tf.addN(instruction.inputs.map((register) => read(values, register)))
    } else {
      runCall(instruction, values, run, pass)
    }
  }
}

function runCall(
  call: ModuleCall,
  values: RegisterValues,
  { execution, prefixes, onModule }: BlockRun,
  pass: ModuleEvent['pass'],
): void {
  const { module } = call
  const contents = Object.entries(module.inputs).map(
    ([name, slot]) => [slot, read(values, namedRegister(call.inputs, name))] as const,
  )
  const before: TintState = {
    tokens: tokenSlots(execution.dimensions.slots, new Map(contents)),
    prefixes: module.prefixes === 'unused' ? {} : prefixes.get(requirePrefixes(call)),
  }
  const after = runModule(module, before, execution)
  for (const [name, slot] of Object.entries(module.outputs)) {
    values[namedRegister(call.outputs, name)] = filledSlot(after, slot, before)
  }
  onModule?.({ call, pass, before, after, execution })
  if (module.prefixes === 'written') prefixes.set(requirePrefixes(call), keepPrefixes(after.prefixes))
}

/** Runs a module's steps by their structure. Belongs to the caller's `tf.tidy`. */
export function runModule(module: TintModule, state: TintState, execution: Execution): TintState {
  return module.steps.reduce((current, step) => applyStep(step, current, execution), state)
}

/** An output that nothing was written to is zero. */
function filledSlot({ tokens }: TintState, slot: number, before: TintState): tf.Tensor3D {
  const value = tokens[slot]
  if (value !== undefined) return value
  const [like] = before.tokens.filter((filled) => filled !== undefined)
  if (like === undefined) throw new TintError('A module ran on tokens that hold nothing.')
  return tf.zerosLike(like)
}

/** Handles that outlive the block's `tf.tidy`; the table owns them. */
function keepPrefixes({ rows, bias }: PrefixState): PrefixState {
  return {
    rows: rows === undefined ? undefined : tf.keep(tf.clone(rows)),
    bias: bias === undefined ? undefined : tf.keep(tf.clone(bias)),
  }
}

function requirePrefixes({ prefixes, layer }: ModuleCall) {
  if (prefixes === undefined)
    throw new TintError(`A module of ${layer} needs prefixes, and its call names none.`)
  return prefixes
}

function namedRegister(registers: Readonly<Record<string, Register>>, name: string): Register {
  const register = registers[name]
  if (register === undefined) throw new TintError(`A call gives a module nothing for ${name}.`)
  return register
}

function read(values: RegisterValues, register: Register): tf.Tensor3D {
  const value = values[register]
  if (value === undefined) throw new TintError(`Register ${register} is read before it is written.`)
  return value
}
