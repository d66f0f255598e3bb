import { describe, expect, it } from 'vitest'
import { aggregate, bestRates, ratioOf } from './aggregate'
import type { Sample, Way } from './sample'

const sample = (
  id: number,
  way: Way,
  learningRate: number | null,
  negativeLogLikelihood: number | null,
  tokens = 2,
): Sample => ({
  sample: id,
  way,
  trainFraction: 0.5,
  learningRate,
  negativeLogLikelihood,
  tokens,
  bytes: 2 * tokens,
  words: tokens / 2,
})

describe('ratioOf', () => {
  it('is the standard deviation of the contexts over the root of their number where all are equally long', () => {
    // Means 1, 2 and 3: mean 2, standard deviation 1.
    const { value, standardError } = ratioOf([4, 8, 12], [4, 4, 4])
    expect(value).toBe(2)
    expect(standardError).toBeCloseTo(1 / Math.sqrt(3), 12)
  })

  it('weights by tokens', () => {
    // m = 10 / 4; residuals 1 - 2.5 = -1.5 and 9 - 7.5 = 1.5; sqrt(2 / 1 * 4.5) / 4.
    expect(ratioOf([1, 9], [1, 3])).toEqual({ value: 2.5, standardError: 0.75 })
  })

  it('has no error for a single context', () => {
    expect(ratioOf([3], [2])).toEqual({ value: 1.5, standardError: null })
  })
})

describe('aggregate', () => {
  it('gives means over tokens, bits per byte, and gains from each context’s own', () => {
    const [inner, tint] = aggregate([
      sample(0, 'inner', null, 4),
      sample(0, 'tint', 0.1, 3),
      sample(1, 'inner', null, 8),
      sample(1, 'tint', 0.1, 7),
    ])
    expect(inner).toMatchObject({
      way: 'inner',
      learningRate: null,
      contexts: 2,
      tokens: 4,
      bytes: 8,
      gain: null,
    })
    expect(inner!.negativeLogLikelihood).toBe(3)
    expect(inner!.perplexity).toBeCloseTo(Math.exp(3), 12)
    expect(inner!.bitsPerByte).toBeCloseTo(12 / (8 * Math.LN2), 12)
    expect(inner!.wordPerplexity).toBeCloseTo(Math.exp(12 / 2), 9)
    // Both contexts gain the same, so that the gain is known without error although the losses are not.
    expect(tint).toMatchObject({
      negativeLogLikelihood: 2.5,
      standardError: 1,
      gain: 0.5,
      gainStandardError: 0,
    })
  })

  it('gives gains of the contexts that both have, where a part of a run ends between the two', () => {
    const results = aggregate([
      sample(3, 'tint', 0.1, 9),
      sample(4, 'inner', null, 4),
      sample(4, 'tint', 0.1, 3),
      sample(5, 'inner', null, 8),
    ])
    expect(results).toMatchObject([
      { way: 'inner', contexts: 2 },
      { way: 'tint', contexts: 2, negativeLogLikelihood: 3, gain: 0.5, gainStandardError: null },
    ])
    const apart = aggregate([sample(3, 'tint', 0.1, 9), sample(4, 'inner', null, 4)])
    expect(apart[1]).toMatchObject({ way: 'tint', gain: null, gainStandardError: null })
  })

  it('gives no perplexity that is beyond all numbers, and the loss that it comes from', () => {
    const [result] = aggregate([sample(0, 'exact', 9, 3000), sample(1, 'exact', 9, 5000)])
    expect(result).toMatchObject({ negativeLogLikelihood: 2000, perplexity: null, diverged: 0 })
  })

  it('says how many contexts diverged, and gives no mean then', () => {
    const results = aggregate([sample(0, 'exact', 9, null), sample(1, 'exact', 9, 5)])
    expect(results).toMatchObject([
      { diverged: 1, negativeLogLikelihood: null, perplexity: null, gain: null },
    ])
  })
})

describe('bestRates', () => {
  it('takes each way at its own best rate', () => {
    const samples = [
      sample(0, 'inner', null, 4),
      sample(1, 'inner', null, 6),
      ...[0.1, 0.2, 0.3].flatMap((rate, index) => [
        sample(0, 'exact', rate, [3.5, 2, 3][index]!),
        sample(1, 'exact', rate, [5.5, 4, 5][index]!),
        sample(0, 'tint', rate, [2.2, 3, null][index]!),
        sample(1, 'tint', rate, [4.6, 4, 1][index]!),
      ]),
    ]
    const [best] = bestRates(samples)
    expect(best).toMatchObject({
      trainFraction: 0.5,
      exact: { learningRate: 0.2 },
      tint: { learningRate: 0.1 },
    })
    expect(best!.exact!.gain).toBeCloseTo(1, 12)
    expect(best!.recovered).toBeCloseTo((1.8 + 1.4) / (2 + 2), 12)
    // Residuals of 1.8 and 1.4 to 0.8 * 2 are 0.2 and -0.2: sqrt(2 * 0.08) / 4.
    expect(best!.recoveredStandardError).toBeCloseTo(0.1, 12)
  })

  it('compares the gains of the contexts that both ways have', () => {
    const samples = [
      sample(0, 'inner', null, 4),
      sample(0, 'tint', 1, 3),
      sample(1, 'inner', null, 4),
      sample(1, 'exact', 1, 2),
      sample(1, 'tint', 1, 2.5),
      sample(2, 'inner', null, 4),
      sample(2, 'exact', 1, 3),
    ]
    expect(bestRates(samples)).toMatchObject([{ recovered: 0.75, exact: { gain: 0.75 } }])
    const apart = samples.filter(({ sample: id }) => id !== 1)
    expect(bestRates(apart)).toMatchObject([{ recovered: null, recoveredStandardError: null }])
  })

  it('knows no share where exact gains nothing or the inner model was not measured', () => {
    const gainless = [sample(0, 'inner', null, 4), sample(0, 'exact', 1, 5), sample(0, 'tint', 1, 3)]
    expect(bestRates(gainless)).toMatchObject([{ recovered: null }])
    expect(bestRates(gainless.slice(1))).toMatchObject([{ recovered: null, tint: { gain: null } }])
  })
})
