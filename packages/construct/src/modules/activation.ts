import { type Activation, activationFunctions } from '@tintjs/inner'
import { tokenStep } from '../operators/operator'
import type { TintDimensions } from '../plan/dimensions'
import { type Approximations, outputNamed } from '../program/compiler'
import type { Register, Signal } from '../program/program'
import { differenceTerms } from './finite-difference'
import type { LeafModules } from './leaf-modules'
import { memorySlot } from './linear'
import { moveSlots, signalSlot, type TintModule } from './module'

/** `y = f(x)`: an MLP around the activation. Keeps `x`. */
function activationForward({ activation }: Activation, dimensions: TintDimensions): TintModule {
  const memory = memorySlot(dimensions)
  return {
    kind: 'activation forward',
    steps: [
      moveSlots([signalSlot, memory]),
      tokenStep(
        {
          kind: 'perceptron',
          activation,
          first: [{ into: signalSlot, from: memory }],
          second: [{ into: signalSlot, from: signalSlot }],
        },
        'add',
      ),
    ],
    inputs: { input: signalSlot },
    outputs: { output: signalSlot, memory },
    prefixes: 'unused',
  }
}

/**
 * `dx = f'(x) dy`: an MLP that computes the function at both arguments of a finite difference, or, for
 * piecewise-linear activations under `central`, a unit that gates `dy` with the slope.
 */
function activationBackward(
  { activation }: Activation,
  dimensions: TintDimensions,
  { derivative }: Approximations,
): TintModule {
  const memory = memorySlot(dimensions)
  const difference = differenceTerms(derivative, { at: memory, along: signalSlot })
  const gates = derivative.kind === 'central' && activationFunctions[activation].piecewiseLinear
  const operator = gates
    ? ({
        kind: 'gatedUnit',
        slopeOf: activation,
        gate: [{ into: signalSlot, from: memory }],
        signal: [{ into: signalSlot, from: signalSlot }],
        output: [{ into: signalSlot, from: signalSlot }],
      } as const)
    : ({
        kind: 'perceptron',
        activation,
        first: difference.arguments,
        second: difference.derivative,
      } as const)
  return {
    kind: 'activation backward',
    steps: [tokenStep(operator, 'replace')],
    inputs: { outputGradient: signalSlot, memory },
    outputs: { inputGradient: signalSlot },
    prefixes: 'unused',
  }
}

/** An activation of any width, chunk by chunk. */
export const activationModules: LeafModules<Activation, Signal> = {
  forward(leaf, input, compiler) {
    const module = activationForward(leaf, compiler.dimensions)
    const calls = input.map((register) =>
      compiler.call(module, { layer: leaf.name, inputs: { input: register } }),
    )
    return {
      output: calls.map((outputs) => outputNamed(outputs, 'output')),
      memory: calls.map((outputs) => outputNamed(outputs, 'memory')),
    }
  },

  backward(leaf, outputGradient, memory, compiler) {
    const module = activationBackward(leaf, compiler.dimensions, compiler.approximations)
    return outputGradient.map((register, chunk) => {
      const inputs = { outputGradient: register, memory: memory[chunk] as Register }
      return outputNamed(compiler.call(module, { layer: leaf.name, inputs }), 'inputGradient')
    })
  },
}
