import type { Linear } from '@tintjs/inner'
import type { HeadsGroup } from '../operators/linear-attention'
import { prefixStep, tokenStep } from '../operators/operator'
import type { TintDimensions } from '../plan/dimensions'
import { chunkCount, type PrefixSource } from '../prefixes/prefix-source'
import { type BlockCompiler, outputNamed } from '../program/compiler'
import type { Register, Signal } from '../program/program'
import type { LeafModules } from './leaf-modules'
import { moveSlots, signalSlot, type TintModule } from './module'

/** Where a module of a linear layer keeps its input, `x`: the last slot. */
export const memorySlot = ({ slots }: TintDimensions) => slots - 1

/** `y_(s K + j) = x . row`: tokens read prefixes; head group `s` finds the dot products with the rows of slot `s`. */
export const rowsForward = (from: number, into: number): HeadsGroup => ({
  query: { image: 'signal', slot: from },
  key: { image: 'own' },
  value: { image: 'prefixIndex' },
  output: { output: 'parts', slot: into },
})

/** Adds prefix 0's bias: the query `e_0` meets the key `e_j` at prefix 0 alone. */
export const biasForward = (into: number): HeadsGroup => ({
  query: { image: 'first' },
  key: { image: 'prefixIndex' },
  value: { image: 'own' },
  output: { output: 'signal', slot: into },
})

/** `dx = sum_(s, j) dy_(s K + j) row_(s K + j)`: the query is `dy`'s part `s`, the key at prefix `j` is `e_j`. */
export const rowsBackward = (from: number, into: number): HeadsGroup => ({
  query: { image: 'parts', slot: from },
  key: { image: 'prefixIndex' },
  value: { image: 'own' },
  output: { output: 'signal', slot: into },
})

/** `row_(s K + j) -= rate sum_t dy_(t, s K + j) x_t`: prefix `j` asks with `e_j` for coordinate `j` of `dy`'s part `s`. */
export const rowsDescent = (gradient: number, input: number, diagonal = false): HeadsGroup => ({
  query: { image: 'prefixIndex' },
  key: { image: 'parts', slot: gradient },
  value: { image: 'signal', slot: input, coefficient: { learningRates: -1 } },
  output: diagonal ? { output: 'own', diagonal } : { output: 'own' },
})

/** `b -= rate sum_t dy_t`: prefix 0 asks with `e_0`, which all tokens have as their key. */
export const biasDescent = (gradient: number, rateMultiplier = 1): HeadsGroup => ({
  query: { image: 'prefixIndex' },
  key: { image: 'first' },
  value: { image: 'signal', slot: gradient, coefficient: { learningRates: -rateMultiplier } },
  output: { output: 'own' },
})

/** `y = W x + b`; keeps `x`. */
function linearForward(dimensions: TintDimensions, bias: boolean): TintModule {
  const memory = memorySlot(dimensions)
  const rows = rowsForward(memory, signalSlot)
  return {
    kind: 'linear forward',
    steps: [
      moveSlots([signalSlot, memory]),
      tokenStep(
        {
          kind: 'linearAttention',
          readers: 'tokens',
          rows,
          ...(bias ? { bias: biasForward(signalSlot) } : {}),
        },
        'add',
      ),
    ],
    inputs: { input: signalSlot },
    outputs: { output: signalSlot, memory },
    prefixes: 'read',
  }
}

/** `dx = W^T dy` */
function linearBackward(): TintModule {
  const rows = rowsBackward(signalSlot, signalSlot)
  return {
    kind: 'linear backward',
    steps: [tokenStep({ kind: 'linearAttention', readers: 'tokens', rows }, 'replace')],
    inputs: { outputGradient: signalSlot },
    outputs: { inputGradient: signalSlot },
    prefixes: 'read',
  }
}

/** `W -= rate sum_t dy_t x_t^T`, `b -= rate sum_t dy_t` */
function linearDescent(dimensions: TintDimensions, biasRate: number | undefined): TintModule {
  const memory = memorySlot(dimensions)
  const rows = rowsDescent(signalSlot, memory)
  const bias = biasRate === undefined ? {} : { bias: biasDescent(signalSlot, biasRate) }
  return {
    kind: 'linear descent',
    steps: [prefixStep({ kind: 'linearAttention', readers: 'prefixes', rows, ...bias }, 'add')],
    inputs: { outputGradient: signalSlot, memory },
    outputs: {},
    prefixes: 'written',
  }
}

/** For each column chunk, the register that holds the input's. */
export type LinearRegisters = Signal

/**
 * A linear layer of any widths: a `D x D` module for each chunk of rows and each chunk of columns. Partial outputs are
 * added, and the bias belongs to the first column chunk.
 */
export const linearModules: LeafModules<Linear, LinearRegisters> = {
  forward(leaf, input, compiler) {
    const grid = prefixGrid(leaf, compiler.dimensions)
    compiler.prefixes.push(...grid.flat())
    const memory: Register[] = []
    const output = grid.map((row) => {
      const partial = row.map((prefixes, column) => {
        const outputs = compiler.call(linearForward(compiler.dimensions, prefixes.holdsBias), {
          layer: leaf.name,
          inputs: { input: input[column] as Register },
          prefixes,
        })
        memory[column] ??= outputNamed(outputs, 'memory')
        return outputNamed(outputs, 'output')
      })
      return compiler.add(partial)
    })
    return { output, memory }
  },

  backward(leaf, outputGradient, memory, compiler) {
    const grid = prefixGrid(leaf, compiler.dimensions)
    const inputGradient = memory.map((_, column) =>
      compiler.add(
        grid.map((row, chunk) => {
          const inputs = { outputGradient: outputGradient[chunk] as Register }
          const call = { layer: leaf.name, inputs, prefixes: row[column] as PrefixSource }
          return outputNamed(compiler.call(linearBackward(), call), 'inputGradient')
        }),
      ),
    )
    descend(leaf, grid, outputGradient, memory, compiler)
    return inputGradient
  },
}

/** After all backward modules, which need the weights as they were. */
function descend(
  leaf: Linear,
  grid: readonly (readonly PrefixSource[])[],
  outputGradient: Signal,
  memory: LinearRegisters,
  compiler: BlockCompiler,
): void {
  const rate = compiler.approximations.biasRateMultiplier(leaf)
  grid.forEach((row, chunk) => {
    row.forEach((prefixes, column) => {
      compiler.call(linearDescent(compiler.dimensions, prefixes.holdsBias ? rate : undefined), {
        layer: leaf.name,
        inputs: { outputGradient: outputGradient[chunk] as Register, memory: memory[column] as Register },
        prefixes,
      })
    })
  })
}

/** The prefixes of a linear layer by row chunk and column chunk. */
function prefixGrid(leaf: Linear, { width }: TintDimensions): PrefixSource[][] {
  const rows = chunkCount(leaf.outputWidth, width)
  const columns = chunkCount(leaf.inputWidth, width)
  return Array.from({ length: rows }, (_, rowChunk) =>
    Array.from({ length: columns }, (_, columnChunk) => ({
      name: rows * columns === 1 ? leaf.name : `${leaf.name}[${rowChunk},${columnChunk}]`,
      leaf,
      rowChunk,
      columnChunk,
      holdsBias: leaf.bias !== undefined && columnChunk === 0,
    })),
  )
}
