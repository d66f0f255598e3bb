import { ratioOf } from '../perplexity/aggregate'
import { type Significance, signFlipTest } from './sign-flips'

/** What one context or example says about two ways to treat it. */
export interface Pair {
  /** What the second has more than the first. */
  readonly difference: number
  /** How much the pair counts: its tokens, or 1. */
  readonly weight: number
}

/** How far two measurements of the same contexts or examples are apart. */
export interface PairedDifference extends Significance {
  readonly pairs: number
  /** The differences' sum over that of the weights. */
  readonly difference: number
  /** Over pairs, see `ratioOf`; null for a single one. */
  readonly standardError: number | null
}

/** The mean difference of pairs, its standard error, and whether it is more than chance. */
export function pairedDifference(pairs: readonly Pair[]): PairedDifference {
  const differences = pairs.map(({ difference }) => difference)
  const weights = pairs.map(({ weight }) => weight)
  const { value, standardError } = ratioOf(differences, weights)
  return { pairs: pairs.length, difference: value, standardError, ...signFlipTest(differences) }
}

/**
 * P-values of several tests, adjusted by Holm's method: below `a` where the chance of a single false alarm among all of
 * them is below `a`.
 *
 * @returns in the same order
 */
export function adjustedPValues(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((left, right) => (pValues[left] ?? 1) - (pValues[right] ?? 1))
  const adjusted = new Array<number>(pValues.length).fill(1)
  let least = 0
  for (const [rank, index] of order.entries()) {
    least = Math.max(least, Math.min(1, (pValues.length - rank) * (pValues[index] ?? 1)))
    adjusted[index] = least
  }
  return adjusted
}
