import * as tf from '@tensorflow/tfjs-core'
import { disposeStructure, tidyStructure } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  attentionLayers,
  attentionOf,
  exactRules,
  linear,
  randomInput,
  randomWeights,
  reference,
  width,
} from '../test-support/layers'
import { LearnedParameters } from '../weights/learned'
import type { ParameterChange } from '../weights/parameters'
import type { WeightReference } from '../weights/reference'
import { WeightTable } from '../weights/table'
import { AttentionContext } from './attention-context'
import type { Derivative, GradientRules } from './gradient-rules'
import {
  type Activation,
  activationNames,
  type Layer,
  leavesOf,
  type Norm,
  parametersOf,
  product,
  residual,
  sequence,
  sum,
} from './layer'
import { backwardLayer, forwardLayer } from './walk'

const positions = 5
const batch = 2

function norm(normalisation: Norm['normalisation'], affine: boolean): Norm {
  const parameters = affine ? { scale: reference(width), bias: reference(width) } : {}
  return { kind: 'norm', name: '', normalisation, width, epsilon: 1e-5, ...parameters }
}

const activation = (name: Activation['activation']): Activation => ({
  kind: 'activation',
  name: '',
  activation: name,
  width,
})

/** Trees of every kind of layer, mixed freely. */
const tree: fc.Arbitrary<Layer> = fc.letrec<{ tree: Layer }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.oneof(
      fc.boolean().map((bias) => linear(width, width, bias)),
      fc
        .tuple(fc.constantFrom('layer', 'rms'), fc.boolean())
        .map(([kind, affine]) => norm(kind as 'layer', affine)),
      fc.constantFrom(...activationNames.filter((name) => name !== 'relu')).map(activation),
      fc.integer({ min: 5, max: 11 }).map((hidden) => sequence(linear(width, hidden), linear(hidden, width))),
      attentionLayers(undefined, 2),
    ),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((layers) => sequence(...layers)),
    tie('tree').map(residual),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((branches) => sum(...branches)),
    fc.tuple(tie('tree'), tie('tree')).map(([first, second]) => product(first, second)),
  ),
})).tree

/** Of all tests; it is asked for in none that counts tensors. */
const attention = new AttentionContext({
  allowed: undefined,
  length: positions,
  positionIds: [Int32Array.from({ length: positions }, (_, position) => position)],
})

/** `sum(output * outputGradient)` after moving the weights by `step` along minus their gradients. */
function lossAlong(
  layer: Layer,
  input: tf.Tensor3D,
  outputGradient: tf.Tensor,
  weights: WeightTable,
  changes: readonly ParameterChange[],
  step: number,
): number {
  return tf.tidy(() => {
    const parameters = new LearnedParameters(weights)
    parameters.descend(changes, step, positions)
    const { output } = forwardLayer(layer, input, { parameters, attention })
    const loss = tf.sum(tf.mul(output, outputGradient)).dataSync()[0]!
    parameters.dispose()
    return loss
  })
}

/** The squared norm of all changes: how fast the loss falls along them. */
function squaredNorm(changes: readonly ParameterChange[]): number {
  return tf.tidy(() =>
    changes
      .map((change) => {
        const gradient =
          change.kind === 'vector'
            ? change.gradient
            : tf.matMul(change.outputGradient, change.input, true, false)
        return tf.sum(tf.square(gradient)).dataSync()[0]!
      })
      .reduce((total, value) => total + value, 0),
  )
}

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

describe('the backward walk with exact rules', () => {
  it('agrees with central differences of the forward walk, for inputs and weights of any tree', () => {
    fc.assert(
      fc.property(tree, fc.integer({ min: 1, max: 1e6 }), (layer, seed) => {
        const weights = randomWeights(layer, seed)
        tf.tidy(() => {
          const input = randomInput(batch, positions, seed + 101)
          const outputGradient = randomInput(batch, positions, seed + 102)
          const direction = randomInput(batch, positions, seed + 103)
          const forwardPass = { parameters: weights, attention }
          const { memory } = forwardLayer(layer, input, forwardPass)
          const pass = { parameters: weights, attention, rules: exactRules, positions }
          const { inputGradient, changes } = backwardLayer(layer, outputGradient, memory, pass)

          const h = 1e-2
          const at = (x: tf.Tensor) =>
            tf
              .sum(tf.mul(forwardLayer(layer, x as tf.Tensor3D, forwardPass).output, outputGradient))
              .dataSync()[0]!
          const moved = tf.mul(direction, h)
          const slope = (at(tf.add(input, moved)) - at(tf.sub(input, moved))) / (2 * h)
          const predicted = tf.sum(tf.mul(inputGradient, direction)).dataSync()[0]!
          // The difference's third-order error and float32's rounding grow with the size of what is differenced.
          const size = Math.sqrt(tf.sum(tf.square(inputGradient)).dataSync()[0]!) + Math.abs(at(input)) * 1e-2
          expect(Math.abs(predicted - slope)).toBeLessThan(0.03 * size + 0.02)

          const norm2 = squaredNorm(changes)
          const step = 1e-2 / Math.sqrt(norm2 + 1e-6)
          const fall =
            (lossAlong(layer, input, outputGradient, weights, changes, -step) -
              lossAlong(layer, input, outputGradient, weights, changes, step)) /
            (2 * step)
          expect(Math.abs(fall - norm2)).toBeLessThan(0.03 * norm2 + 0.02 * Math.sqrt(norm2) + 0.02)
        })
        weights.dispose()
      }),
      { numRuns: 60, seed: 20240 },
    )
  })
})

describe('the backward walk with finite differences', () => {
  const leaves: [string, Layer, Derivative, number][] = [
    ...activationNames.map((name): [string, Layer, Derivative, number] => [
      `${name}, central`,
      activation(name),
      { kind: 'central', scale: 100 },
      1e-4,
    ]),
    ['gelu, forward', activation('gelu'), { kind: 'forward', scale: 1000 }, 2e-3],
    ['layer norm, central', norm('layer', true), { kind: 'central', scale: 100 }, 2e-4],
    ['rms norm, central', norm('rms', true), { kind: 'central', scale: 100 }, 2e-4],
    ['layer norm, forward', norm('layer', true), { kind: 'forward', scale: 1000 }, 2e-3],
  ]

  it.each(leaves)('is close to the exact derivative: %s', (_, layer, derivative, tolerance) => {
    const weights = randomWeights(layer, 5)
    tf.tidy(() => {
      const input = randomInput(batch, positions, 1, 2)
      const outputGradient = randomInput(batch, positions, 2)
      const { memory } = forwardLayer(layer, input, { parameters: weights, attention })
      const gradientBy = (rules: GradientRules) =>
        backwardLayer(layer, outputGradient, memory, { parameters: weights, attention, rules, positions })
          .inputGradient
      expectClose(gradientBy({ ...exactRules, derivative }), gradientBy(exactRules), { absolute: tolerance })
    })
    weights.dispose()
  })

  it('takes differences across a kink only where the paper does', () => {
    const layer = activation('relu')
    const table = new WeightTable()
    tf.tidy(() => {
      const input = tf.tensor3d([1e-4, -1e-4], [1, 1, 2])
      const outputGradient = tf.tensor3d([-1, 1], [1, 1, 2])
      const { memory } = forwardLayer(layer, input, { parameters: table, attention })
      const gradientBy = (derivative: Derivative) => {
        const pass = { parameters: table, attention, rules: { ...exactRules, derivative }, positions: 1 }
        return backwardLayer(layer, outputGradient, memory, pass).inputGradient
      }
      expectClose(gradientBy({ kind: 'central', scale: 100 }), tf.tensor3d([-1, 0], [1, 1, 2]))
      // N (relu(x + g/N) - relu(x)) with N = 1000 steps over the kink: 1000 * (0 - 1e-4), 1000 * (9e-4 - 0).
      const differences = gradientBy({ kind: 'forward', scale: 1000 })
      expectClose(differences, tf.tensor3d([-0.1, 0.9], [1, 1, 2]), { absolute: 1e-4 })
    })
  })
})

describe('rules', () => {
  const layer = attentionOf()
  const changedBy = (layer: Layer, rules: GradientRules): WeightReference[] => {
    const weights = randomWeights(layer, 3)
    const changes = tidyStructure(() => {
      const input = randomInput(1, positions, 1)
      const { memory } = forwardLayer(layer, input, { parameters: weights, attention })
      return backwardLayer(layer, input, memory, { parameters: weights, attention, rules, positions }).changes
    })
    disposeStructure(changes)
    weights.dispose()
    return changes.map(({ reference }) => reference)
  }

  it('let only values learn where attention is constant', () => {
    expect(changedBy(layer, { ...exactRules, attention: 'value' })).toEqual(parametersOf(layer.value))
    expect(new Set(changedBy(layer, exactRules))).toEqual(new Set(leavesOf(layer).flatMap(parametersOf)))
  })

  it('let scales of norms learn only where asked', () => {
    const layer = norm('layer', true)
    expect(changedBy(layer, { ...exactRules, updateNormWeights: false })).toEqual([layer.bias])
    expect(changedBy(layer, exactRules)).toEqual([layer.bias, layer.scale])
  })
})

describe('a gradient that covers the first positions only', () => {
  it('gives what a zero gradient at the others gives', () => {
    const layer = residual(sequence(norm('layer', true), attentionOf(), linear(width, width)))
    const weights = randomWeights(layer, 11)
    tf.tidy(() => {
      const input = randomInput(batch, positions, 1)
      const { memory } = forwardLayer(layer, input, { parameters: weights, attention })
      const covered = 3
      const few = randomInput(batch, covered, 2)
      const all = tf.pad(few, [
        [0, 0],
        [0, positions - covered],
        [0, 0],
      ])
      const short = backwardLayer(layer, few, memory, {
        parameters: weights,
        attention,
        rules: exactRules,
        positions: covered,
      })
      const long = backwardLayer(layer, all, memory, {
        parameters: weights,
        attention,
        rules: exactRules,
        positions,
      })
      const padded = tf.pad(short.inputGradient, [
        [0, 0],
        [0, positions - covered],
        [0, 0],
      ])
      expectClose(padded, long.inputGradient, { absolute: 1e-5 })
    })
    weights.dispose()
  })
})

describe('memories', () => {
  it('of another layer are refused, and nothing is left behind', async () => {
    await expectBalancedTensors(async () => {
      const layer = linear(width, width)
      const table = new WeightTable()
      expect(() =>
        tf.tidy(() => {
          const input = tf.zeros([1, 1, width]) as tf.Tensor3D
          const pass = { parameters: table, attention, rules: exactRules, positions: 1 }
          return backwardLayer(layer, input, { kind: 'activation', input }, pass).inputGradient
        }),
      ).toThrow("got the memory of a activation; expected a linear's")
    })
  })
})
