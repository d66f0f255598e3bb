import { mersenne } from 'pure-rand/generator/mersenne'

/**
 * How a p-value was found: from all ways to flip signs, from random ones, or from the normal distribution that their sum
 * comes near to.
 */
export type SignificanceMethod = 'all sign flips' | 'random sign flips' | 'normal approximation'

/** A p-value and where it comes from. */
export interface Significance {
  /** From 0 to 1, two-sided: how often chance alone gives a sum at least as far from 0. */
  readonly pValue: number
  readonly method: SignificanceMethod
}

/** So many differences that are not 0 have at most 8,192 ways to flip signs: all are tried. */
const fewDifferences = 13

/** So many make random flips slow, and the normal distribution is near. */
const manyDifferences = 20_000

/** How many random flips; with the signs as they are, p-values are multiples of 1 / 10,000. */
export const randomFlips = 9_999

const seed = 1

/**
 * Whether paired differences are 0 but for chance. Under that hypothesis each is as likely to have the other sign: the
 * p-value is the share of sign flips whose sum is at least as far from 0 as the sum of the differences themselves, which
 * counts among random flips. The same differences always have the same p-value.
 *
 * @param differences one for each pair, independent of each other
 */
export function signFlipTest(differences: readonly number[]): Significance {
  // Those that are 0 are the same with either sign.
  const values = Float64Array.from(differences.filter((value) => value !== 0))
  if (values.length <= fewDifferences) return { pValue: shareOfAll(values), method: 'all sign flips' }
  if (values.length <= manyDifferences) {
    return { pValue: shareOfRandom(values), method: 'random sign flips' }
  }
  return { pValue: normalTail(values), method: 'normal approximation' }
}

/** From which distance to 0 on a sum counts. Sums that are equal but for rounding count as equal. */
function threshold(values: Float64Array): number {
  const size = values.reduce((total, value) => total + Math.abs(value), 0)
  return Math.abs(sum(values)) - 1e-9 * size
}

function shareOfAll(values: Float64Array): number {
  const flips = 2 ** values.length
  const [total, least] = [sum(values), threshold(values)]
  let extreme = 0
  for (let flip = 0; flip < flips; flip++) {
    let flipped = 0
    for (let index = 0; index < values.length; index++) {
      if ((flip >>> index) & 1) flipped += values[index] ?? 0
    }
    if (Math.abs(total - 2 * flipped) >= least) extreme++
  }
  return extreme / flips
}

function shareOfRandom(values: Float64Array): number {
  const generator = mersenne(seed)
  const [total, least] = [sum(values), threshold(values)]
  let extreme = 1
  for (let flip = 0; flip < randomFlips; flip++) {
    let flipped = 0
    let bits = 0
    for (let index = 0; index < values.length; index++) {
      bits = index % 32 === 0 ? generator.next() : bits >>> 1
      if (bits & 1) flipped += values[index] ?? 0
    }
    if (Math.abs(total - 2 * flipped) >= least) extreme++
  }
  return extreme / (randomFlips + 1)
}

/** Sums of values with random signs have mean 0 and the sum of squares as their variance. */
function normalTail(values: Float64Array): number {
  const squares = values.reduce((total, value) => total + value * value, 0)
  return complementaryError(Math.abs(sum(values)) / Math.sqrt(2 * squares))
}

/** `erfc(x)` for `x >= 0`, to seven digits: the fit of Numerical Recipes, section 6.2. */
function complementaryError(x: number): number {
  const t = 1 / (1 + x / 2)
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ]
  const polynomial = coefficients.reduceRight((value, coefficient) => value * t + coefficient, 0)
  return Math.min(1, t * Math.exp(-x * x + polynomial))
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0)
}
