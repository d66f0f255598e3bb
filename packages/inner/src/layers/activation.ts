import * as tf from '@tensorflow/tfjs-core'
import { firstPositions } from '@tintjs/tensor'
import { activationFunctions } from './activation-functions'
import { directionalDerivative } from './derivative'
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
    const { slope, difference, centralDifference, piecewiseLinear } = activationFunctions[leaf.activation]
    const { derivative } = rules
    return tf.tidy(() => {
      const input = firstPositions(memory.input, positions)
      if (derivative.kind === 'analytic' || (derivative.kind === 'central' && piecewiseLinear)) {
        return tf.mul(slope(input), outputGradient)
      }
      const step = (t: number): tf.Tensor3D => tf.mul(outputGradient, t)
      const differences = {
        forward: (t: number) => difference(input)(step(t)),
        central: (t: number) => centralDifference(input, step(t)),
      }
      return directionalDerivative(differences, derivative)
    })
  },

  descend: () => [],
}
