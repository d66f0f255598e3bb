import * as tf from '@tensorflow/tfjs-core'
import {
  type AttentionPositions,
  alibiSlopes,
  allParameters,
  checkInputs,
  type Derivative,
  defineAdapter,
  initialiseInnerModel,
  type Layer,
  type LossGradient,
  lossGradients,
  type Norm,
  parameterShape,
  predictionRows,
  product,
  residual,
  rotaryFrequencies,
  sequence,
  sizeField,
  storedLayerNorm,
  storedLinear,
  sum,
  tint,
} from '@tintjs/inner'
import { useEngine } from '@tintjs/tensor/node'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { planTint } from '../plan/plan-tint'
import { constructTint } from '../simulator'
import { denseState } from '../state/dense-state'
import { type ModuleEvent, runModule } from './run-block'
import { runModuleDensely } from './run-dense'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

const vocabulary = 11
const config = z.object({
  heads: sizeField,
  keyValueHeads: sizeField,
  width: sizeField,
  hidden: sizeField,
  positions: z.enum(['none', 'halves', 'neighbours', 'alibi']),
  window: sizeField,
  projected: z.boolean(),
})

/**
 * All kinds of layers in one block, those too that GPT-2 and OPT do not have: a product, an RMS norm, a sum of branches, and
 * attention with shared keys and values, with positions and a window; the head with a projection or without.
 */
const adapter = defineAdapter<z.infer<typeof config>>({
  family: 'every-layer',
  config,
  ignoredFields: [],
  build({ heads, keyValueHeads, width, hidden, positions, window, projected }) {
    const headWidth = width / heads
    const tokens = { name: 'tokens', shape: [vocabulary, width] }
    const linear = (name: string, from: number, to: number) => storedLinear(name, from, to)
    const activation = (name: string, kind: 'relu' | 'silu'): Layer => ({
      kind: 'activation',
      name,
      activation: kind,
      width: hidden,
    })
    const attention: Layer = {
      kind: 'attention',
      name: 'attention',
      heads,
      keyValueHeads,
      window,
      positions: positionsOf(positions, heads, headWidth),
      scale: 0.7,
      query: linear('query', width, width),
      key: linear('key', width, keyValueHeads * headWidth),
      value: linear('value', width, keyValueHeads * headWidth),
    }
    const rms: Norm = { ...storedLayerNorm('rms', width, 1e-5), normalisation: 'rms' }
    const gated = product(
      sequence(linear('gate', width, hidden), activation('silu', 'silu')),
      sequence(linear('up', width, hidden), activation('relu', 'relu')),
    )
    return {
      family: 'every-layer',
      width,
      heads,
      vocabularySize: vocabulary,
      maximumPositions: 12,
      embedding: { tokens },
      blocks: [
        sequence(
          sum(
            sequence(),
            sequence(storedLayerNorm('norm', width, 1e-5), attention, linear('output', width, width)),
          ),
          residual(sequence(rms, gated, linear('down', hidden, width))),
        ),
      ],
      finalNorm: storedLayerNorm('final', width, 1e-5),
      head: projected
        ? {
            vocabulary: { name: 'head', shape: [vocabulary, width - 2] },
            projection: { name: 'projection', shape: [width - 2, width] },
          }
        : { vocabulary: tokens },
    }
  },
})

function positionsOf(
  kind: 'none' | 'halves' | 'neighbours' | 'alibi',
  heads: number,
  headWidth: number,
): AttentionPositions | undefined {
  if (kind === 'none') return undefined
  if (kind === 'alibi') return { kind, slopes: alibiSlopes(heads) }
  return { kind: 'rotary', pairing: kind, frequencies: rotaryFrequencies(Math.min(headWidth, 4), 10) }
}

/** The largest difference between what a module's structure and its dense matrices compute, beside the largest number. */
function differenceOf({ call, before, execution }: ModuleEvent, batch: number): number {
  return tf.tidy(() => {
    const size = { batch, tokens: execution.tokens }
    const expected = denseState(runModule(call.module, before, execution), execution.dimensions, size)
    const dense = runModuleDensely(call.module, denseState(before, execution.dimensions, size), execution)
    const largest = tf.max(tf.abs(expected)).dataSync()[0]!
    const difference = tf.max(tf.abs(tf.sub(expected, dense))).dataSync()[0]!
    // A ReLU may close everything; then the dense form gives nothing either.
    return largest === 0 ? difference : difference / largest
  })
}

interface Sizes {
  readonly width: number
  readonly heads: number
  readonly keyValueHeads: number
  readonly positions: 'none' | 'halves' | 'neighbours' | 'alibi'
  readonly window: number
  readonly projected: boolean
  readonly prefixTokens: number
  readonly hidden: number
}

/** A forward, loss gradient, backward and descent, each module also by its dense matrices. */
async function worstDifferences(
  { prefixTokens, ...shape }: Sizes,
  derivative: Derivative,
  lossGradient: LossGradient,
): Promise<Map<string, number>> {
  const model = initialiseInnerModel(adapter, shape)
  allParameters(model.description).forEach((reference, seed) => {
    const values = tf.randomUniform(parameterShape(reference), -0.6, 0.6, 'float32', seed)
    model.weights.set(reference, values)
  })
  const plan = planTint(model.description, { prefixTokens })
  const gradient = tint({ derivative, lossGradient })
  const simulator = constructTint(model, plan, { gradient, updateNormWeights: true })
  const tokens = [0, 1].map((start) => Array.from({ length: 8 }, (_, t) => (start + t * t) % vocabulary))
  const positionIds = [0, 1, 2, 3, 0, 1, 2, 3]
  const inputs = checkInputs(model.description, tokens, { positionIds })
  const worst = new Map<string, number>()
  const step = simulator.start({
    inputs,
    learningRate: 0.3,
    layers: 1,
    train: predictionRows(inputs, [0, 1], (_, t) => t >= 1 && t < 6),
    learnedPositions: 5,
    onModule(event) {
      const { kind } = event.call.module
      worst.set(kind, Math.max(worst.get(kind) ?? 0, differenceOf(event, 2)))
    },
  })
  try {
    const headInput = await step.forward(true)
    headInput.dispose()
    await step.learn()
  } finally {
    step.dispose()
    simulator.dispose()
    model.dispose()
  }
  return worst
}

/** Widths, inner heads and prefixes that divide each other; the hidden width is no multiple of the model's. */
const sizes: fc.Arbitrary<Sizes> = fc
  .record({ width: fc.constantFrom(16, 24), heads: fc.constantFrom(2, 4), rows: fc.constantFrom(4, 8) })
  .chain(({ width, heads, rows }) =>
    fc.record({
      width: fc.constant(width),
      heads: fc.constant(heads),
      keyValueHeads: fc.constantFrom(1, 2, heads),
      positions: fc.constantFrom('none', 'halves', 'neighbours', 'alibi'),
      window: fc.constantFrom(2, 12),
      projected: fc.boolean(),
      prefixTokens: fc.constant(width % rows === 0 ? width / rows : width / 4),
      hidden: fc.integer({ min: 3, max: 2 * width }),
    }),
  )

describe('a step of a model with every kind of layer', () => {
  /** The order of float32's sums differs between the two, and a difference quotient multiplies that by its scale. */
  it('has modules that compute the same by their structure and by their dense matrices', async () => {
    const derivatives: fc.Arbitrary<Derivative> = fc.constantFrom(
      { kind: 'central', scale: 10 },
      { kind: 'forward', scale: 10 },
    )
    await fc.assert(
      fc.asyncProperty(sizes, derivatives, fc.constantFrom(...lossGradients), async (...sample) => {
        const worst = await worstDifferences(...sample)
        expect(worst.size).toBe(
          sample[0].positions === 'halves' || sample[0].positions === 'neighbours' ? 13 : 12,
        )
        for (const [kind, difference] of worst) expect(difference, kind).toBeLessThan(1e-4)
      }),
      { numRuns: 16, seed: 20241125 },
    )
  })
})
