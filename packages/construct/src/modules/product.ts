import { tokenStep } from '../operators/operator'
import { type BlockCompiler, outputNamed } from '../program/compiler'
import type { Register, Signal } from '../program/program'
import { signalSlot, type TintModule } from './module'

const otherSlot = 1

/** Multiplies two values, number by number: a product's forward, and its backward with the other factor. */
const productModule: TintModule = {
  kind: 'product',
  steps: [
    tokenStep(
      {
        kind: 'gatedUnit',
        gate: [{ into: signalSlot, from: otherSlot }],
        signal: [{ into: signalSlot, from: signalSlot }],
        output: [{ into: signalSlot, from: signalSlot }],
      },
      'replace',
    ),
  ],
  inputs: { first: signalSlot, second: otherSlot },
  outputs: { output: signalSlot },
  prefixes: 'unused',
}

/** Chunk by chunk, the product of two signals. */
export function multiplySignals(
  first: Signal,
  second: Signal,
  layer: string,
  compiler: BlockCompiler,
): Signal {
  return first.map((register, chunk) => {
    const inputs = { first: register, second: second[chunk] as Register }
    return outputNamed(compiler.call(productModule, { layer, inputs }), 'output')
  })
}
