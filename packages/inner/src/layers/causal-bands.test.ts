import * as tf from '@tensorflow/tfjs-core'
import { mergeHeads } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  attentionLayers,
  attentionOf,
  exactRules,
  randomInput,
  randomWeights,
  width,
} from '../test-support/layers'
import type { ParameterChange } from '../weights/parameters'
import { backwardAttention, forwardAttention, weightedValues } from './attention'
import { AttentionContext } from './attention-context'
import { type BandProbabilities, causalBands } from './causal-bands'
import { KeyValueCache } from './key-value-cache'
import { type Attention, parametersOf } from './layer'
import type { AttentionMemory } from './pass'

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

/** Whether all sequences of a batch share it, or each has its own. */
const share = fc.constantFrom('shared', 'own')

/** An attention over more tokens than are taken as one band. */
const cases = fc.record({
  layer: attentionLayers(undefined, 3, 100),
  length: fc.integer({ min: 257, max: 400 }),
  covered: fc.double({ min: 0.05, max: 1, noNaN: true }),
  mask: fc.option(share, { nil: undefined }),
  positionIds: share,
  seed: fc.integer({ min: 1, max: 1e6 }),
})

const batch = 2

/** What `make` gives for each of the sequences, or for the first alone where they share it. */
function bySequence<Value>(sharing: string, make: (sequence: number) => Value): Value[] {
  return Array.from({ length: sharing === 'own' ? batch : 1 }, (_, sequence) => make(sequence))
}

/** Positions that restart after 250 tokens in the first sequence, and sooner in later ones. */
const restartingPositions = (length: number) => (sequence: number) =>
  Int32Array.from({ length }, (_, position) => position % (250 - 100 * sequence))

/** Every third token sees only itself and the first of each seven; other tokens and distances in later sequences. */
const someAllowed = (length: number) => (sequence: number) =>
  Uint8Array.from({ length: length * length }, (_, index) => {
    const [row, column] = [Math.floor(index / length), index % length]
    const limited = row % (3 + sequence) === 0
    return column <= row && (column === row || !limited || column % (7 + sequence) === 0) ? 1 : 0
  })

/** `0, 1, 2, ...` */
const positionIdsOf = (length: number): Int32Array[] => [Int32Array.from(Array(length).keys())]

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

/** What a leaf's parameters are changed by, but for the input of a linear, which no band touches. */
function gradientsOf(changes: readonly ParameterChange[]): tf.Tensor3D[] {
  return changes.map((change) => (change.kind === 'vector' ? change.gradient : change.outputGradient))
}

/** Adds zeros at the end of each sequence. */
const padPositions = (x: tf.Tensor3D, length: number): tf.Tensor3D =>
  tf.pad3d(x, [
    [0, 0],
    [0, length - x.shape[1]],
    [0, 0],
  ])

describe('attention in bands', () => {
  it('is attention over all columns, forward and backward', () => {
    fc.assert(
      fc.property(cases, ({ layer, length, covered, mask, positionIds, seed }) => {
        const parameters = randomWeights(layer, seed)
        const attention = new AttentionContext({
          allowed: mask && bySequence(mask, someAllowed(length)),
          length,
          positionIds: bySequence(positionIds, restartingPositions(length)),
        })
        const backward = { rules: exactRules, positions: Math.ceil(covered * length) }
        tf.tidy(() => {
          const input = randomInput(batch, length, seed + 10)
          const { output, memory } = forwardAttention(layer, input, { parameters, attention })
          const probabilities = wholeProbabilities(layer, memory, attention)
          const values = weightedValues(layer, probabilities, memory.scored!.values)
          expectClose(output, mergeHeads(values), { absolute: 1e-5 })

          const outputGradient = randomInput(batch, backward.positions, seed + 11)
          const backwardOf = (kept: AttentionMemory) =>
            backwardAttention(layer, outputGradient, kept, { parameters, attention, ...backward })
          // Over all columns, and over all positions with zeros at those that the gradient does not cover.
          const padded = padPositions(outputGradient, length)
          const pass = { parameters, attention, rules: exactRules, positions: length }
          const right = backwardAttention(layer, padded, { ...memory, probabilities }, pass)
          const { memory: least } = forwardAttention(layer, input, { parameters, attention, backward })
          for (const { inputGradient, changes } of [backwardOf(memory), backwardOf(least)]) {
            const close = (found: tf.Tensor3D, expected: tf.Tensor3D) =>
              expectClose(padPositions(found, expected.shape[1]), expected, {
                absolute: 3e-5,
                relative: 1e-5,
              })
            close(inputGradient, right.inputGradient)
            expect(changes.map(({ reference }) => reference)).toEqual(
              [layer.value, layer.query, layer.key].flatMap(parametersOf),
            )
            for (const [index, gradient] of gradientsOf(changes).entries()) {
              close(gradient, gradientsOf(right.changes)[index]!)
            }
          }
        })
        attention.dispose()
        parameters.dispose()
      }),
      { numRuns: 30, seed: 31 },
    )
  })

  it.each([
    ['alibi', undefined],
    ['alibi', 20],
    ['halves', 20],
  ] as const)(
    'continues after the tokens of a cache: %s positions, a window of %s',
    async (positions, window) => {
      await expectBalancedTensors(async () => {
        const layer = attentionOf({ groups: 2, positions, window })
        const parameters = randomWeights(layer, 1)
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
          const input = randomInput(1, length, 2)
          const right = forwardAttention(layer, input, { parameters, attention: all }).output
          const first = tf.slice(input, [0, 0, 0], [1, seen, width])
          forwardAttention(layer, first, { parameters, attention: before, cache })
          const rest = tf.slice(input, [0, seen, 0], [1, length - seen, width])
          const { output } = forwardAttention(layer, rest, { parameters, attention: after, cache })
          expectClose(output, tf.slice(right, [0, seen, 0], [1, length - seen, width]), { absolute: 1e-5 })
        })
        for (const owner of [all, before, after, cache, parameters]) owner.dispose()
      })
    },
  )
})
