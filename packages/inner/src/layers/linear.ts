import * as tf from '@tensorflow/tfjs-core'
import { firstPositions, multiplyBy, multiplyByTransposed } from '@tintjs/tensor'
import type { ParameterChange } from '../weights/parameters'
import type { Linear } from './layer'
import type { LeafArithmetic, LinearMemory } from './pass'

/**
 * `y = W x + b`. With updates kept as factors, `W = W0 + sum G^T X`, the products with `X` and `G` stand in for the
 * one with the update: `y = W0 x + G^T (X x)`, which is linear attention over the learned positions.
 */
export const linearArithmetic: LeafArithmetic<Linear, LinearMemory> = {
  forward(leaf, input, { parameters }) {
    const output = tf.tidy(() => {
      const { weight, updates } = parameters.matrix(leaf.weight)
      let product = multiplyByTransposed(input, weight)
      for (const update of updates) {
        const scores = tf.matMul(input, update.input, false, true)
        product = tf.add(product, tf.matMul(scores, update.scaledGradient))
      }
      return leaf.bias === undefined
        ? product
        : (tf.add(product, parameters.vector(leaf.bias)) as tf.Tensor3D)
    })
    return { output, memory: { kind: 'linear', input } }
  },

  /** `dx = W^T dy` */
  backward(leaf, outputGradient, _memory, { parameters }) {
    return tf.tidy(() => {
      const { weight, updates } = parameters.matrix(leaf.weight)
      let inputGradient = multiplyBy(outputGradient, weight)
      for (const update of updates) {
        const scores = tf.matMul(outputGradient, update.scaledGradient, false, true)
        inputGradient = tf.add(inputGradient, tf.matMul(scores, update.input))
      }
      return inputGradient
    })
  },

  /** `dW = sum_t dy_t x_t^T`, `db = sum_t dy_t` */
  descend(leaf, outputGradient, memory, { positions, rules }) {
    const input = firstPositions(memory.input, positions)
    const changes: ParameterChange[] = [
      { kind: 'outerProduct', reference: leaf.weight, outputGradient, input },
    ]
    if (leaf.bias !== undefined) {
      const gradient = tf.mul(tf.sum(outputGradient, 1, true), rules.biasRateMultiplier(leaf)) as tf.Tensor3D
      changes.push({ kind: 'vector', reference: leaf.bias, gradient })
    }
    return changes
  },
}
