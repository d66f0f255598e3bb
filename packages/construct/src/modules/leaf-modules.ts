import type { BlockCompiler } from '../program/compiler'
import type { Signal } from '../program/program'

/** What a leaf's modules give: its output, and the registers that its backward reads. */
export interface CompiledForward<Memory> {
  readonly output: Signal
  readonly memory: Memory
}

/** How a leaf becomes modules, in one file for each: forward, and backward with descent. */
export interface LeafModules<Leaf, Memory> {
  forward(leaf: Leaf, input: Signal, compiler: BlockCompiler): CompiledForward<Memory>
  /** From the gradient of the output to the gradient of the input; descends on the way. */
  backward(leaf: Leaf, outputGradient: Signal, memory: Memory, compiler: BlockCompiler): Signal
}
