import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adjustedPValues, pairedDifference } from './paired-difference'
import { signFlipTest } from './sign-flips'

const pairs = fc.array(
  fc.record({
    difference: fc.oneof(fc.constant(0), fc.double({ min: -9, max: 9, noNaN: true })),
    weight: fc.integer({ min: 1, max: 50 }),
  }),
  { minLength: 1, maxLength: 40 },
)

describe('pairedDifference', () => {
  it('is the mean with the standard error and the share of sign flips that hand computation gives', () => {
    // Mean 2, standard deviation 1. Of the 8 sums ±1 ±2 ±3, 6 and -6 are as far from 0.
    const found = pairedDifference([1, 2, 3].map((difference) => ({ difference, weight: 1 })))
    expect(found).toMatchObject({ pairs: 3, difference: 2, pValue: 2 / 8, method: 'all sign flips' })
    expect(found.standardError).toBeCloseTo(1 / Math.sqrt(3), 12)
  })

  it('weights by tokens', () => {
    // m = 10 / 4; residuals -1.5 and 1.5; sqrt(2 * 4.5) / 4. Of ±1 ±9, 10 and -10.
    const found = pairedDifference([
      { difference: 1, weight: 1 },
      { difference: 9, weight: 3 },
    ])
    expect(found).toMatchObject({ difference: 2.5, standardError: 0.75, pValue: 0.5 })
  })

  it('turns its sign with the order of the two, and nothing else', () => {
    fc.assert(
      fc.property(pairs, (given) => {
        const found = pairedDifference(given)
        const turned = pairedDifference(
          given.map(({ difference, weight }) => ({ difference: -difference, weight })),
        )
        expect(turned.difference + found.difference).toBe(0)
        expect(turned).toMatchObject({ standardError: found.standardError, pValue: found.pValue })
        expect(found.pValue).toBeGreaterThan(0)
        expect(found.pValue).toBeLessThanOrEqual(1)
      }),
      { seed: 8 },
    )
  })

  it('has p-value 1 for what is the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30_000 }), (count) => {
        const same = Array.from({ length: count }, () => ({ difference: 0, weight: 3 }))
        expect(pairedDifference(same)).toMatchObject({ difference: 0, pValue: 1 })
      }),
      { seed: 8, numRuns: 10 },
    )
  })
})

describe('signFlipTest', () => {
  /** So many ones, and as many minus ones as to leave the sum. */
  const answers = (count: number, total: number) =>
    Array.from({ length: count }, (_, index) => (index < (count + total) / 2 ? 1 : -1))

  it('finds the binomial tail from random flips, whatever zeros are among them', () => {
    // P(|X - 20| >= 6) for 40 fair coins: 2 * sum_{k >= 26} C(40, k) / 2^40 = 0.0807.
    const found = signFlipTest([...answers(40, 12), 0, 0, 0])
    expect(found.method).toBe('random sign flips')
    expect(found.pValue).toBeGreaterThan(0.0807 - 0.011)
    expect(found.pValue).toBeLessThan(0.0807 + 0.011)
    expect(signFlipTest(answers(40, 12))).toEqual(found)
  })

  it('counts sums that are equal but for rounding', () => {
    // 0.1 + 0.2 is not 0.3: of the 8 sums, 0, 0 and all others are at least as far from 0 as 0.
    expect(signFlipTest([0.1, 0.2, -0.3]).pValue).toBe(1)
  })

  it('takes the normal distribution for very many, and says so', () => {
    // z = 424 / sqrt(40,000) = 2.12; two-sided tail 0.0340.
    const { pValue, method } = signFlipTest(answers(40_000, 424))
    expect(method).toBe('normal approximation')
    expect(pValue).toBeCloseTo(0.034, 4)
    expect(signFlipTest(answers(40_000, 0)).pValue).toBeCloseTo(1, 6)
  })

  it('never says that chance is impossible', () => {
    const { pValue } = signFlipTest(Array.from({ length: 500 }, () => 1))
    expect(pValue).toBe(1 / 10_000)
  })
})

describe('adjustedPValues', () => {
  it('multiplies the least by all, the next by one less, and never lets them fall', () => {
    const adjusted = adjustedPValues([0.04, 0.01, 0.03, 0.9])
    const expected = [0.09, 0.04, 0.09, 0.9]
    for (const [index, value] of expected.entries()) expect(adjusted[index]).toBeCloseTo(value, 12)
    expect(adjustedPValues([0.8, 0.9])).toEqual([1, 1])
  })
})
