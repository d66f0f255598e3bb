import { InputError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { beforeAll, describe, expect, it } from 'vitest'
import { tinyContexts, tinyModel } from '../test-support'
import { automaticBatch, batchMemory, largestBatch, sequenceMemory } from './batch-size'
import { planPerplexity } from './plan'
import { type PerplexityOptions, settingsRecord } from './settings'

let description: ReturnType<typeof tinyModel>['description']
beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  const model = tinyModel()
  description = model.description
  model.dispose()
})

const right: PerplexityOptions = { trainFractions: [0.5], learningRates: [0.1] }

describe('planPerplexity', () => {
  it('sorts what it is given and fills in defaults, so that the same choices are the same run', () => {
    const { settings, unitCount } = planPerplexity(description, tinyContexts(9), {
      trainFractions: [0.75, 0.5, 0.75],
      learningRates: [0.1, 0.01, 0.1],
      ways: ['tint', 'inner', 'exact'],
    })
    expect(settingsRecord(settings)).toEqual({
      context: 12,
      ways: ['inner', 'exact', 'tint'],
      trainFractions: [0.5, 0.75],
      learningRates: [0.01, 0.1],
      rates: null,
      lossGradient: 'softmax',
      derivative: 'central:100',
      attentionGradient: 'value',
      compatibility: null,
      chunks: 1,
      steps: 1,
      layers: 2,
      updateNormWeights: false,
      batch: 8,
    })
    expect(unitCount).toBe(2 * (1 + 2 * 2 * 2))
  })

  it.each<[string, Partial<PerplexityOptions>, RegExp]>([
    ['no fraction', { trainFractions: [] }, /No train fraction/],
    ['a fraction of 0', { trainFractions: [0] }, /fraction is 0; expected a number above 0 and below 1/],
    ['no chunk', { chunks: 0 }, /number of chunks is 0; expected a whole number from 1 to 5, the tokens/],
    [
      'more chunks than tokens',
      { chunks: 6, trainFractions: [0.75, 0.5] },
      /chunks is 6; expected .* from 1 to 5, the tokens that are learned at the train fraction 0\.5/,
    ],
    ['a fraction of 1', { trainFractions: [1] }, /fraction is 1;/],
    ['a fraction that is no number', { trainFractions: [Number.NaN] }, /fraction is NaN/],
    [
      'a fraction that leaves no train token',
      { trainFractions: [0.1] },
      /0\.1 of .* 12 tokens is 1 tokens; .* from 2 to 11/,
    ],
    ['no rate', { learningRates: [] }, /No learning rate is given; exact and tint need/],
    ['a negative rate', { learningRates: [0.1, -0.1] }, /rate is -0\.1/],
    ['a rate that is no number', { learningRates: [Number.NaN] }, /rate is NaN/],
    ['an unknown way', { ways: ['tnt' as 'tint'] }, /no way "tnt"; expected some of inner, exact, tint/],
    ['no way', { ways: [] }, /No way is given/],
    ['half a batch', { batch: 0.5 }, /The batch is 0\.5/],
    ['too many layers', { layers: 3 }, /layers that learn is 3; expected .* from 1 to 2/],
    ['no step', { steps: 0 }, /steps is 0/],
  ])('refuses %s', (_, spoiled, words) => {
    const plan = () => planPerplexity(description, tinyContexts(2), { ...right, ...spoiled })
    expect(plan).toThrow(InputError)
    expect(plan).toThrow(words)
  })

  it('refuses contexts that are longer than the model, and none at all', () => {
    const zeros = new Int32Array(25)
    const long = [{ id: 0, tokens: zeros, byteLengths: zeros, wordStarts: zeros, firstNew: 0 }]
    expect(() => planPerplexity(description, long, right)).toThrow(
      /context is 25; .* 3 to the model's 24 positions/,
    )
    expect(() => planPerplexity(description, [], right)).toThrow(/no context/)
  })
})

describe('automaticBatch', () => {
  it('takes what fits, at least one and not more than the most', () => {
    expect(automaticBatch(description, 12)).toBe(largestBatch)
    expect(automaticBatch(description, 1_000_000)).toBe(1)
    const length = 4_000
    const batch = automaticBatch(description, length)
    expect(batch).toBeGreaterThan(1)
    expect(batch).toBeLessThan(largestBatch)
    expect(batch * sequenceMemory(description, length)).toBeLessThanOrEqual(batchMemory)
    expect((batch + 1) * sequenceMemory(description, length)).toBeGreaterThan(batchMemory)
  })
})
