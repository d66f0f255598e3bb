import * as tf from '@tensorflow/tfjs-core'
import { firstPositions } from '@tintjs/tensor'
import { activationFunctions } from './activation-functions'
import { type DifferenceQuotients, directionalDerivative } from './derivative'
import type { Activation } from './layer'
import type { ActivationMemory, LeafArithmetic } from './pass'

/** `y = f(x)` number by number. */
export const activationArithmetic: LeafArithmetic<Activation, ActivationMemory> = {
  forward(leaf, input) {
    const output = tf.tidy(() => activationFunctions[leaf.activation].value(input))
    return { output, memory: { kind: 'activation', input } }
  },

  /** `dx = f'(x) dy`, by the slope or by a finite difference along `dy`. */
  backward(leaf, outputGradient, memory, { rules, positions }) {
    const { slope, difference, centralQuotient, piecewiseLinear } = activationFunctions[leaf.activation]
    const { derivative } = rules
    return tf.tidy(() => {
      const input = firstPositions(memory.input, positions)
      if (derivative.kind === 'analytic' || (derivative.kind === 'central' && piecewiseLinear)) {
        return tf.mul(slope(input), outputGradient)
      }
      const quotients: DifferenceQuotients = {
        forward: (t) => tf.mul(difference(input)(tf.mul(outputGradient, t)), 1 / t),
        central: (t) => centralQuotient(input, outputGradient, t),
      }
      return directionalDerivative(quotients, derivative)
    })
  },

  descend: () => [],
}
