import * as tf from '@tensorflow/tfjs-core'
import { mergeHeads } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ParameterChange } from '../weights/parameters'
import { parameterShape } from '../weights/reference'
import { WeightTable } from '../weights/table'
import { backwardAttention, forwardAttention, weightedValues } from './attention'
import { AttentionContext } from './attention-context'
import { type BandProbabilities, causalBands } from './causal-bands'
import type { GradientRules } from './gradient-rules'
import { KeyValueCache } from './key-value-cache'
import { type Attention, type Linear, leavesOf, parametersOf } from './layer'
import type { AttentionMemory } from './pass'
import { alibiSlopes } from './positions'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

describe('bands', () => {
  const windows = fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined })

  it('have every row once, and every column that it may look at', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 700 }),
        fc.integer({ min: 0, max: 300 }),
        windows,
        (length, seen, window) => {
          const bands = causalBands(length, seen, window)
          const rows = bands.flatMap(({ rows: { start, end } }) =>
            Array.from({ length: end - start }, (_, index) => start + index),
          )
          expect(rows).toEqual(Array.from({ length }, (_, index) => index))
          for (const { rows, columns } of bands) {
            const first = Math.max(0, seen + rows.start - (window ?? Number.POSITIVE_INFINITY) + 1)
            expect(columns.start).toBeLessThanOrEqual(first)
            expect(columns.end).toBe(seen + rows.end)
          }
        },
      ),
    )
  })

  it('leave out later columns and those before a window, but none in short passes', () => {
    expect(causalBands(300, 0)).toEqual([
      { rows: { start: 0, end: 128 }, columns: { start: 0, end: 128 } },
      { rows: { start: 128, end: 256 }, columns: { start: 0, end: 256 } },
      { rows: { start: 256, end: 300 }, columns: { start: 0, end: 300 } },
    ])
    expect(causalBands(300, 10, 50)).toEqual([
      { rows: { start: 0, end: 128 }, columns: { start: 0, end: 138 } },
      { rows: { start: 128, end: 256 }, columns: { start: 89, end: 266 } },
      { rows: { start: 256, end: 300 }, columns: { start: 217, end: 310 } },
    ])
    expect(causalBands(256, 10, 2)).toEqual([
      { rows: { start: 0, end: 256 }, columns: { start: 0, end: 266 } },
    ])
  })
})

const width = 8

function linear(name: string, outputWidth: number): Linear {
  const weight = { name, shape: [outputWidth, width] }
  return { kind: 'linear', name, inputWidth: width, outputWidth, weight }
}

function randomTensor(shape: number[], seed: number): tf.Tensor {
  return tf.randomUniform(shape, -1, 1, 'float32', seed)
}

const randomInput = (shape: [number, number, number], seed: number) =>
  randomTensor(shape, seed) as tf.Tensor3D

/** An attention over more tokens than are taken as one band. */
const cases = fc.record({
  length: fc.integer({ min: 257, max: 400 }),
  covered: fc.double({ min: 0.05, max: 1, noNaN: true }),
  heads: fc.constantFrom(1, 2, 4),
  groups: fc.constantFrom(1, 2, 4),
  alibi: fc.boolean(),
  window: fc.constantFrom<number | undefined>(undefined, 3, 100),
  masked: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1e6 }),
})

type Case = typeof cases extends fc.Arbitrary<infer Value> ? Value : never

function attentionOf({
  heads,
  groups,
  alibi,
  window,
}: Omit<Case, 'length' | 'covered' | 'masked'>): Attention {
  const keyValueHeads = heads / Math.min(heads, groups)
  const keyValueWidth = (width / heads) * keyValueHeads
  return {
    kind: 'attention',
    name: '',
    heads,
    keyValueHeads,
    window,
    positions: alibi ? { kind: 'alibi', slopes: alibiSlopes(heads) } : undefined,
    scale: 1,
    query: linear('query', width),
    key: linear('key', keyValueWidth),
    value: linear('value', keyValueWidth),
  }
}

function weightsOf(layer: Attention, seed: number): WeightTable {
  const weights = new WeightTable()
  for (const [index, weight] of leavesOf(layer).flatMap(parametersOf).entries()) {
    weights.set(weight, randomTensor(parameterShape(weight), seed + index))
  }
  return weights
}

function positionIdsOf(length: number): Int32Array[] {
  return [Int32Array.from({ length }, (_, position) => position)]
}

/** Every third token sees only itself and the first of each seven. */
function someAllowed(length: number): Uint8Array[] {
  const open = (row: number, column: number) =>
    column <= row && (column === row || row % 3 !== 0 || column % 7 === 0)
  return [
    Uint8Array.from({ length: length * length }, (_, index) =>
      open(Math.floor(index / length), index % length) ? 1 : 0,
    ),
  ]
}

/** The probabilities of all rows over all columns, as one band. */
function wholeProbabilities(
  layer: Attention,
  { scored }: AttentionMemory,
  context: AttentionContext,
): BandProbabilities[] {
  const { queries, keys } = scored!
  const shared = keys.shape[1]
  const repeated = tf.concat(
    Array.from({ length: layer.heads }, (_, head) => {
      const own = Math.floor(head / (layer.heads / shared))
      return tf.slice(keys, [0, own, 0, 0], [keys.shape[0], 1, keys.shape[2], keys.shape[3]])
    }),
    1,
  )
  const scores = tf.add(tf.matMul(queries, repeated, false, true), context.scoreBias(layer))
  const all = { start: 0, end: queries.shape[2] }
  return [{ band: { rows: all, columns: all }, probabilities: tf.softmax(scores) as tf.Tensor4D }]
}

/** Of linears without biases. */
function outputGradientsOf(changes: readonly ParameterChange[]): tf.Tensor3D[] {
  return changes.map((change) => {
    if (change.kind !== 'outerProduct')
      throw new Error(`Expected only outer products, found a ${change.kind}.`)
    return change.outputGradient
  })
}

const fullRules: GradientRules = {
  attention: 'full',
  derivative: { kind: 'analytic' },
  updateNormWeights: true,
  biasRateMultiplier: () => 1,
}

describe('attention in bands', () => {
  it('is attention over all columns, forward and backward', () => {
    fc.assert(
      fc.property(cases, ({ length, covered, masked, ...rest }) => {
        const layer = attentionOf(rest)
        const parameters = weightsOf(layer, rest.seed)
        const attention = new AttentionContext({
          allowed: masked ? someAllowed(length) : undefined,
          length,
          positionIds: positionIdsOf(length),
        })
        const backward = { rules: fullRules, positions: Math.ceil(covered * length) }
        tf.tidy(() => {
          const input = randomInput([2, length, width], rest.seed + 10)
          const { output, memory } = forwardAttention(layer, input, { parameters, attention })
          const probabilities = wholeProbabilities(layer, memory, attention)
          const values = weightedValues(layer, probabilities, memory.scored!.values)
          expectClose(output, mergeHeads(values), { absolute: 1e-5 })

          const outputGradient = randomInput([2, backward.positions, width], rest.seed + 11)
          const backwardOf = (kept: AttentionMemory) =>
            backwardAttention(layer, outputGradient, kept, { parameters, attention, ...backward })
          const right = backwardOf({ ...memory, probabilities })
          const { memory: least } = forwardAttention(layer, input, { parameters, attention, backward })
          for (const { inputGradient, changes } of [backwardOf(memory), backwardOf(least)]) {
            expectClose(inputGradient, right.inputGradient, { absolute: 3e-5 })
            expect(changes.map(({ reference }) => reference.name)).toEqual(['value', 'query', 'key'])
            for (const [index, gradient] of outputGradientsOf(changes).entries()) {
              expectClose(gradient, outputGradientsOf(right.changes)[index]!, { absolute: 3e-5 })
            }
          }
        })
        attention.dispose()
        parameters.dispose()
      }),
      { numRuns: 15, seed: 31 },
    )
  })

  it.each([undefined, 20])('continues after the tokens of a cache, with a window of %s', async (window) => {
    await expectBalancedTensors(async () => {
      const layer = attentionOf({ heads: 2, groups: 2, alibi: true, window, seed: 1 })
      const parameters = weightsOf(layer, 1)
      const [seen, length] = [140, 440]
      const [all, before, after] = [
        new AttentionContext({ allowed: undefined, length, positionIds: positionIdsOf(length) }),
        new AttentionContext({ allowed: undefined, length: seen, positionIds: positionIdsOf(seen) }),
        new AttentionContext(
          {
            allowed: undefined,
            length: length - seen,
            positionIds: positionIdsOf(length).map((ids) => ids.subarray(seen)),
          },
          seen,
        ),
      ] as const
      const cache = new KeyValueCache()
      tf.tidy(() => {
        const input = randomInput([1, length, width], 2)
        const right = forwardAttention(layer, input, { parameters, attention: all }).output
        const first = tf.slice(input, [0, 0, 0], [1, seen, width])
        forwardAttention(layer, first, { parameters, attention: before, cache })
        const rest = tf.slice(input, [0, seen, 0], [1, length - seen, width])
        const { output } = forwardAttention(layer, rest, { parameters, attention: after, cache })
        expectClose(output, tf.slice(right, [0, seen, 0], [1, length - seen, width]), { absolute: 1e-5 })
      })
      for (const owner of [all, before, after, cache, parameters]) owner.dispose()
    })
  })
})
