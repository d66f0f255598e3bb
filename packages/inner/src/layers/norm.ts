import * as tf from '@tensorflow/tfjs-core'
import { firstPositions, normalise, normaliseBackward, normaliseDifferences } from '@tintjs/tensor'
import type { ParameterChange } from '../weights/parameters'
import { directionalDerivative } from './derivative'
import type { Norm } from './layer'
import type { LeafArithmetic, NormMemory } from './pass'

/** `y = scale * n(x) + bias` with `n` the normalisation over the width. */
export const normArithmetic: LeafArithmetic<Norm, NormMemory> = {
  forward(leaf, input, { parameters }) {
    const { output: normalised, inverseScale } = normalise(leaf.normalisation, input, leaf.epsilon)
    let output = normalised
    if (leaf.scale !== undefined) output = tf.mul(output, parameters.vector(leaf.scale))
    if (leaf.bias !== undefined) output = tf.add(output, parameters.vector(leaf.bias))
    return { output, memory: { kind: 'norm', input, normalised, inverseScale } }
  },

  /** `dx = J (scale * dy)`, where `J`, the normalisation's Jacobian, is symmetric. */
  backward(leaf, outputGradient, memory, { parameters, rules, positions }) {
    return tf.tidy(() => {
      const direction =
        leaf.scale === undefined
          ? outputGradient
          : (tf.mul(outputGradient, parameters.vector(leaf.scale)) as tf.Tensor3D)
      const normalised = {
        output: firstPositions(memory.normalised, positions),
        inverseScale: firstPositions(memory.inverseScale, positions),
      }
      return rules.derivative.kind === 'analytic'
        ? normaliseBackward(leaf.normalisation, normalised, direction)
        : directionalDerivative(
            normaliseDifferences(leaf.normalisation, normalised, direction, leaf.epsilon),
            rules.derivative,
          )
    })
  },

  /** `dbias = sum_t dy_t`; `dscale = sum_t dy_t n(x_t)` where scales learn. */
  descend(leaf, outputGradient, memory, { rules, positions }) {
    const changes: ParameterChange[] = []
    if (leaf.bias !== undefined) {
      const gradient = tf.sum(outputGradient, 1, true) as tf.Tensor3D
      changes.push({ kind: 'vector', reference: leaf.bias, gradient })
    }
    if (leaf.scale !== undefined && rules.updateNormWeights) {
      const alongNormalised = tf.mul(outputGradient, firstPositions(memory.normalised, positions))
      const gradient = tf.sum(alongNormalised, 1, true) as tf.Tensor3D
      changes.push({ kind: 'vector', reference: leaf.scale, gradient })
    }
    return changes
  },
}
