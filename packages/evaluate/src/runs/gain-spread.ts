import { ascending, quantileSorted } from 'd3-array'
import type { Way } from '../perplexity/sample'
import { bestArms } from './arms'
import type { PerplexityRun } from './run'
import { samePlace } from './subjects'

/** How differently contexts gain from learning, in nats per token of each. */
export interface GainSpread {
  readonly way: Exclude<Way, 'inner'>
  readonly trainFraction: number
  readonly learningRate: number | null
  readonly contexts: number
  /** The gains below which 5, 25, 50, 75 and 95 % of the contexts are. */
  readonly quantiles: readonly [number, number, number, number, number]
  /** The share of contexts that learning makes easier to predict. */
  readonly better: number
}

const shares = [0.05, 0.25, 0.5, 0.75, 0.95] as const

/** The spread of gains over contexts, for each way at its best rate; none without `inner`. */
export function gainSpreads(run: PerplexityRun): GainSpread[] {
  const arms = bestArms(run)
  return arms.flatMap((arm) => {
    const { way, place, learningRate } = arm
    const inner = arms.find((other) => other.way === 'inner' && samePlace(other, arm))
    if (way === 'inner' || inner === undefined || 'template' in place) return []
    const gains = [...arm.scores].flatMap(([sample, { amount, weight }]) => {
      const before = inner.scores.get(sample)
      return before === undefined ? [] : [(amount - before.amount) / weight]
    })
    if (gains.length === 0) return []
    gains.sort(ascending)
    const at = (share: number) => quantileSorted(gains, share) ?? 0
    const [low, lower, middle, upper, high] = shares
    return [
      {
        way,
        trainFraction: place.trainFraction,
        learningRate,
        contexts: gains.length,
        quantiles: [at(low), at(lower), at(middle), at(upper), at(high)] as const,
        better: gains.filter((gain) => gain > 0).length / gains.length,
      },
    ]
  })
}
