import { exact, type GradientChoice, lossGradients, type TintOptions, tint } from '@tintjs/simulate'
import * as fc from 'fast-check'
import { maximumPositions, type RandomModel, type RandomModelOptions, randomModels } from './model'
import { randomNumbers } from './random-numbers'

/** What a random step is given, beside its rate and its gradient. */
export interface RandomStep {
  /** `[batch][N]` */
  readonly tokens: readonly (readonly number[])[]
  readonly trainLength: readonly number[]
  /** How far the first sequence's weights move in the first update, as a share of their length. */
  readonly strength: number
  readonly steps: number
  readonly chunks: number
  readonly layers: number
  readonly updateNormWeights: boolean
  readonly trainMask?: readonly (readonly number[])[] | undefined
  readonly testMask?: readonly (readonly number[])[] | undefined
  readonly attentionMask?: readonly (readonly (readonly number[])[])[] | undefined
  readonly positionIds?: readonly (readonly number[])[] | undefined
}

/** A model and a step on it. */
export interface RandomCase {
  readonly model: RandomModel
  readonly step: RandomStep
}

/** Models with steps. */
export function randomCases(options: RandomModelOptions = {}): fc.Arbitrary<RandomCase> {
  return randomModels(options).chain((model) => randomSteps(model).map((step) => ({ model, step })))
}

/**
 * Steps on contexts of more tokens than attention takes at once, on small models. Their positions repeat, so that any model
 * takes them.
 */
export const longCases: fc.Arbitrary<RandomCase> = randomModels({ blocks: 1 }).chain((model) =>
  fc
    .record({
      length: fc.integer({ min: 257, max: 300 }),
      share: fc.constantFrom(0.3, 0.7),
      seed: fc.nat(1000),
    })
    .chain(({ length, share, seed }) => {
      const draw = randomNumbers(seed)
      const numbers = (end: number) => Array.from({ length }, () => Math.floor(((draw() + 1) / 2) * end))
      const { vocabularySize } = model.config.description
      return fc.record<RandomStep>({
        tokens: fc.constant([numbers(vocabularySize)]),
        trainLength: fc.constant([Math.round(share * length)]),
        strength: fc.constantFrom(0.003, 0.02),
        steps: fc.constant(1),
        chunks: fc.constantFrom(1, 2),
        layers: fc.constant(1),
        updateNormWeights: fc.boolean(),
        positionIds: fc.constant([numbers(maximumPositions)]),
      })
    })
    .map((step) => ({ model, step })),
)

/** Steps on a model: batches with masks, positions and train lengths of each sequence or of all. */
function randomSteps({ config: { description } }: RandomModel): fc.Arbitrary<RandomStep> {
  const lengths = fc.record({ batch: fc.constantFrom(1, 1, 2, 3), length: fc.integer({ min: 2, max: 12 }) })
  return lengths.chain(({ batch, length }) => {
    const each = <Value>(value: fc.Arbitrary<Value>) =>
      fc.array(value, { minLength: batch, maxLength: batch })
    /** A row for all sequences, or one for each. */
    const rows = <Value>(row: fc.Arbitrary<Value>) =>
      fc.oneof(
        row.map((only) => [only]),
        each(row),
      )
    const row = (entry: fc.Arbitrary<number>) => fc.array(entry, { minLength: length, maxLength: length })
    const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
    const bit = fc.constantFrom(0, 1, 1)
    return fc
      .record({
        tokens: each(row(fc.integer({ min: 0, max: description.vocabularySize - 1 }))),
        trainLength: each(fc.integer({ min: Math.min(2, length - 1), max: length - 1 })),
        strength: fc.constantFrom(0.003, 0.02, 0.1),
        steps: fc.constantFrom(1, 1, 2),
        chunks: fc.integer({ min: 1, max: 3 }),
        layers: fc.integer({ min: 1, max: description.blocks.length }),
        updateNormWeights: fc.boolean(),
        trainMask: optional(rows(row(bit))),
        testMask: optional(rows(row(bit).map((mask) => [...mask.slice(0, -1), 1]))),
        attentionMask: optional(rows(fc.nat(1000).map((seed) => attentionMask(length, seed)))),
        positionIds: optional(rows(row(fc.nat(maximumPositions - 1)))),
      })
      .map((step) => {
        const shortest = Math.min(...step.trainLength)
        return { ...step, chunks: Math.min(step.chunks, Math.max(1, shortest - 1)) }
      })
  })
}

/** Each token sees itself and some of the others. Later ones too: that they are not seen is for the model to know. */
function attentionMask(length: number, seed: number): number[][] {
  const draw = randomNumbers(seed)
  return Array.from({ length }, (_, row) =>
    Array.from({ length }, (_, column) => (column === row || draw() > -0.4 ? 1 : 0)),
  )
}

/** TinT's gradient with any of its options. */
export const tintGradients: fc.Arbitrary<GradientChoice> = fc
  .record<TintOptions>({
    attentionGradient: fc.constantFrom('value', 'value', 'full'),
    derivative: fc.oneof(
      fc.constant(undefined),
      fc.constant({ kind: 'analytic' as const }),
      fc.record({
        kind: fc.constantFrom('central' as const, 'forward' as const),
        scale: fc.constantFrom(3, 100, 1000),
      }),
    ),
    lossGradient: fc.constantFrom(...lossGradients),
    compatibility: fc.constantFrom(undefined, undefined, 'authors-code'),
  })
  .map(tint)

/** Gradients that the construction has modules for. Large scales would leave little of float32's digits. */
export const literalGradients: fc.Arbitrary<GradientChoice> = fc
  .record<TintOptions>({
    derivative: fc.record({
      kind: fc.constantFrom('central' as const, 'forward' as const),
      scale: fc.constantFrom(3, 10, 100),
    }),
    lossGradient: fc.constantFrom(...lossGradients),
    compatibility: fc.constantFrom(undefined, undefined, 'authors-code'),
  })
  .map(tint)

/** Exact gradients of both losses that have one. */
export const exactGradients: fc.Arbitrary<GradientChoice> = fc
  .constantFrom('softmax' as const, 'quad' as const)
  .map((lossGradient) => exact({ lossGradient }))
