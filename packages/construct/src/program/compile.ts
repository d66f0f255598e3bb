import type { InnerModelDescription, Layer, Product } from '@tintjs/inner'
import { TintError } from '@tintjs/tensor'
import { leafModulesOf } from '../modules/leaves'
import { lossModule } from '../modules/loss'
import { multiplySignals } from '../modules/product'
import type { TintDimensions } from '../plan/dimensions'
import { type Approximations, BlockCompiler, ModuleLibrary } from './compiler'
import type { BlockProgram, Instruction, Register, Signal, TintProgram } from './program'

/**
 * The simulator's program for an inner model: forward and backward modules of every block and of the final norm, and the
 * loss module. Reads no weights.
 */
export function compileProgram(
  description: InnerModelDescription,
  dimensions: TintDimensions,
  approximations: Approximations,
): TintProgram {
  const library = new ModuleLibrary()
  const compile = (layer: Layer) =>
    compileBlock(layer, new BlockCompiler(dimensions, approximations, library))
  const { blocks, finalNorm, head } = description
  return {
    blocks: blocks.map(compile),
    finalNorm: finalNorm === undefined ? undefined : compile(finalNorm),
    loss: lossModule(approximations.lossGradient, head.projection !== undefined),
  }
}

function compileBlock(layer: Layer, compiler: BlockCompiler): BlockProgram {
  const input = compiler.register()
  const { output, memory } = compileForward(layer, [input], compiler)
  const forward = compiler.take()
  const outputGradient = compiler.register()
  const inputGradient = compileBackward(layer, [outputGradient], memory, compiler)
  const backward = compiler.take()
  return {
    layer,
    input,
    output: onlyRegister(output),
    forward,
    outputGradient,
    inputGradient: onlyRegister(inputGradient),
    backward,
    memory: readBefore(backward, outputGradient),
    prefixes: compiler.prefixes,
  }
}

/** Registers below a bound that instructions read: those of the forward that came before. */
function readBefore(instructions: readonly Instruction[], bound: Register): Register[] {
  const read = instructions.flatMap(({ inputs }) => Object.values(inputs) as Register[])
  return [...new Set(read)].filter((register) => register < bound).sort((first, second) => first - second)
}

function onlyRegister(signal: Signal): Register {
  const [register] = signal
  if (register === undefined || signal.length !== 1) {
    throw new TintError(`A block gives ${signal.length} chunks; expected one of the inner model's width.`)
  }
  return register
}

/** What the layers of a tree remember for their backward. */
type Memory =
  | { readonly kind: 'leaf'; readonly registers: unknown }
  | { readonly kind: 'combined'; readonly children: readonly Memory[]; readonly outputs: readonly Signal[] }

interface Compiled {
  readonly output: Signal
  readonly memory: Memory
}

function compileForward(layer: Layer, input: Signal, compiler: BlockCompiler): Compiled {
  switch (layer.kind) {
    case 'sequence': {
      const children: Memory[] = []
      let signal = input
      for (const child of layer.layers) {
        const { output, memory } = compileForward(child, signal, compiler)
        children.push(memory)
        signal = output
      }
      return { output: signal, memory: combined(children) }
    }
    case 'residual': {
      const body = compileForward(layer.body, input, compiler)
      return { output: compiler.addSignals([input, body.output]), memory: combined([body.memory]) }
    }
    case 'sum': {
      const branches = layer.branches.map((branch) => compileForward(branch, input, compiler))
      const output = compiler.addSignals(branches.map((branch) => branch.output))
      return { output, memory: combined(branches.map(({ memory }) => memory)) }
    }
    case 'product': {
      const [first, second] = layer.branches.map((branch) => compileForward(branch, input, compiler)) as [
        Compiled,
        Compiled,
      ]
      return {
        output: multiplySignals(first.output, second.output, productName(layer), compiler),
        memory: combined([first.memory, second.memory], [first.output, second.output]),
      }
    }
    default: {
      const { output, memory } = leafModulesOf(layer).forward(layer, input, compiler)
      return { output, memory: { kind: 'leaf', registers: memory } }
    }
  }
}

function compileBackward(layer: Layer, gradient: Signal, memory: Memory, compiler: BlockCompiler): Signal {
  switch (layer.kind) {
    case 'sequence': {
      const { children } = expectMemory(memory, 'combined')
      return [...layer.layers.entries()]
        .toReversed()
        .reduce(
          (signal, [index, child]) => compileBackward(child, signal, childOf(children, index), compiler),
          gradient,
        )
    }
    case 'residual': {
      const { children } = expectMemory(memory, 'combined')
      const throughBody = compileBackward(layer.body, gradient, childOf(children, 0), compiler)
      return compiler.addSignals([gradient, throughBody])
    }
    case 'sum':
    case 'product': {
      const { children, outputs } = expectMemory(memory, 'combined')
      const others = outputs.toReversed()
      const branches = layer.branches.map((branch, index) => {
        const other = others[index]
        const own =
          other === undefined
            ? gradient
            : multiplySignals(gradient, other, productName(layer as Product), compiler)
        return compileBackward(branch, own, childOf(children, index), compiler)
      })
      return compiler.addSignals(branches)
    }
    default: {
      const { registers } = expectMemory(memory, 'leaf')
      return leafModulesOf(layer).backward(layer, gradient, registers, compiler)
    }
  }
}

function combined(children: readonly Memory[], outputs: readonly Signal[] = []): Memory {
  return { kind: 'combined', children, outputs }
}

function childOf(children: readonly Memory[], index: number): Memory {
  const child = children[index]
  if (child === undefined) throw new TintError(`A combined layer kept no memory for its child ${index}.`)
  return child
}

function expectMemory<Kind extends Memory['kind']>(
  memory: Memory,
  kind: Kind,
): Extract<Memory, { kind: Kind }> {
  if (memory.kind !== kind) throw new TintError(`A ${memory.kind}'s memory was given to a ${kind}.`)
  return memory as Extract<Memory, { kind: Kind }>
}

/** A product has no name of its own; it is called after what it multiplies. */
function productName({ branches }: Product): string {
  const names = branches.map((branch) => firstName(branch))
  return names.join(' * ')
}

function firstName(layer: Layer): string {
  switch (layer.kind) {
    case 'sequence':
      return layer.layers[0] === undefined ? 'identity' : firstName(layer.layers[0])
    case 'residual':
      return firstName(layer.body)
    case 'sum':
    case 'product':
      return layer.branches[0] === undefined ? 'nothing' : firstName(layer.branches[0])
    default:
      return layer.name
  }
}
