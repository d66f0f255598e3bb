import type { Sample, Way } from './sample'

/** How well the test tokens of all contexts were predicted, in one way at one fraction and rate. */
export interface PerplexityResult {
  readonly way: Way
  readonly trainFraction: number
  /** Null for `inner`. */
  readonly learningRate: number | null
  readonly contexts: number
  /** Test tokens of all contexts. */
  readonly tokens: number
  /** UTF-8 bytes of the test tokens' text. */
  readonly bytes: number
  /** Words that begin in it. */
  readonly words: number
  /** Mean over all test tokens, in nats; null where a context diverged. */
  readonly negativeLogLikelihood: number | null
  /** Of that mean, over contexts; null for a single context. See {@link ratioOf}. */
  readonly standardError: number | null
  /** `exp(negativeLogLikelihood)`; null also where that is beyond all numbers, so that JSON holds the same. */
  readonly perplexity: number | null
  /** The summed loss in bits for each byte; null also where there are none. */
  readonly bitsPerByte: number | null
  /** `exp` of the summed loss for each word; null also where there are none, and where it is beyond all numbers. */
  readonly wordPerplexity: number | null
  /**
   * What the inner model's mean is higher, in nats per token; null for `inner`, and where `inner` was not measured. A part
   * of a run may lack contexts of one of them: then over the contexts that both have.
   */
  readonly gain: number | null
  /** Of the gain, from each context's own gain: much smaller than the difference of two standard errors suggests. */
  readonly gainStandardError: number | null
  /** In how many contexts the loss was no finite number. */
  readonly diverged: number
}

/** The best rate of a way. */
export interface BestRate {
  readonly learningRate: number
  readonly negativeLogLikelihood: number
  readonly gain: number | null
  readonly gainStandardError: number | null
}

/** The best that each way reached at one fraction. */
export interface BestOfFraction {
  readonly trainFraction: number
  readonly exact: BestRate | null
  readonly tint: BestRate | null
  /** TinT's gain as a share of exact's, each at its best rate; null where exact gains nothing or one was not measured. */
  readonly recovered: number | null
  readonly recoveredStandardError: number | null
}

/** A mean with its standard error. */
export interface Ratio {
  readonly value: number
  /** Null for a single context. */
  readonly standardError: number | null
}

/**
 * The mean per token `m = sum_i L_i / sum_i T_i` over contexts `i`, and its standard error when contexts are drawn at
 * random: `sqrt(C / (C - 1) * sum_i (L_i - m T_i)^2) / sum_i T_i` for `C` contexts, the usual one for a ratio of two
 * sums. With equally many tokens in each context it is the standard deviation of the contexts' means over `sqrt(C)`.
 *
 * @param numerators `L_i`
 * @param denominators `T_i`
 */
export function ratioOf(numerators: readonly number[], denominators: readonly number[]): Ratio {
  const count = numerators.length
  const total = sum(denominators)
  const value = sum(numerators) / total
  if (count < 2) return { value, standardError: null }
  const squares = numerators.map((numerator, index) => (numerator - value * (denominators[index] ?? 0)) ** 2)
  return { value, standardError: Math.sqrt((count / (count - 1)) * sum(squares)) / total }
}

/** Samples of one way, fraction and rate. */
type Group = readonly Sample[]

/** A result for each way, fraction and rate that the samples have, in the order in which each is met first. */
export function aggregate(samples: readonly Sample[]): PerplexityResult[] {
  const groups = groupSamples(samples)
  return [...groups.values()]
    .map((group) => resultOf(group, innerOf(groups, group)))
    .sort(
      (left, right) =>
        order(left) - order(right) ||
        left.trainFraction - right.trainFraction ||
        (left.learningRate ?? 0) - (right.learningRate ?? 0),
    )
}

/** The best rate of each way at each fraction, and how much of exact's gain TinT has. */
export function bestRates(samples: readonly Sample[]): BestOfFraction[] {
  const groups = groupSamples(samples)
  const results = aggregate(samples)
  const fractions = [...new Set(results.map(({ trainFraction }) => trainFraction))]
  return fractions.map((trainFraction) => {
    const of = (way: Way) =>
      bestOf(results.filter((result) => result.way === way && result.trainFraction === trainFraction))
    const best = { exact: of('exact'), tint: of('tint') }
    return { trainFraction, ...best, ...recoveredShare(groups, trainFraction, best) }
  })
}

const order = ({ way }: PerplexityResult) => ['inner', 'exact', 'tint'].indexOf(way)

function groupSamples(samples: readonly Sample[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, Sample[]>()
  for (const sample of samples) {
    const key = keyOf(sample.way, sample.trainFraction, sample.learningRate)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [sample])
    else group.push(sample)
  }
  return groups
}

function keyOf(way: Way, trainFraction: number, learningRate: number | null): string {
  return `${way} ${trainFraction} ${learningRate}`
}

function innerOf(groups: ReadonlyMap<string, Group>, [first]: Group): Group | undefined {
  if (first === undefined || first.way === 'inner') return undefined
  return groups.get(keyOf('inner', first.trainFraction, null))
}

function resultOf(group: Group, inner: Group | undefined): PerplexityResult {
  const [first] = group
  const { way = 'inner', trainFraction = Number.NaN, learningRate = null } = first ?? {}
  const tokens = group.map((sample) => sample.tokens)
  const bytes = sum(group.map((sample) => sample.bytes))
  const words = sum(group.map((sample) => sample.words))
  const total = sum(lossesOf(group))
  const diverged = group.filter(({ negativeLogLikelihood }) => negativeLogLikelihood === null).length
  const losses = diverged === 0 ? ratioOf(lossesOf(group), tokens) : undefined
  const gains = diverged === 0 && inner !== undefined ? gainOf(gainsOf(group, inner)) : undefined
  return {
    way,
    trainFraction,
    learningRate,
    contexts: group.length,
    tokens: sum(tokens),
    bytes,
    words,
    negativeLogLikelihood: losses?.value ?? null,
    standardError: losses?.standardError ?? null,
    perplexity: losses === undefined ? null : finite(Math.exp(losses.value)),
    bitsPerByte: losses === undefined || bytes === 0 ? null : total / (Math.LN2 * bytes),
    wordPerplexity: losses === undefined || words === 0 ? null : finite(Math.exp(total / words)),
    gain: gains?.value ?? null,
    gainStandardError: gains?.standardError ?? null,
    diverged,
  }
}

function bestOf(results: readonly PerplexityResult[]): BestRate | null {
  let best: BestRate | null = null
  for (const { learningRate, negativeLogLikelihood, gain, gainStandardError } of results) {
    if (learningRate === null || negativeLogLikelihood === null) continue
    if (best !== null && best.negativeLogLikelihood <= negativeLogLikelihood) continue
    best = { learningRate, negativeLogLikelihood, gain, gainStandardError }
  }
  return best
}

function recoveredShare(
  groups: ReadonlyMap<string, Group>,
  trainFraction: number,
  { exact, tint }: Pick<BestOfFraction, 'exact' | 'tint'>,
): Pick<BestOfFraction, 'recovered' | 'recoveredStandardError'> {
  const inner = groups.get(keyOf('inner', trainFraction, null))
  const none = { recovered: null, recoveredStandardError: null }
  if (inner === undefined || exact === null || tint === null || !((exact.gain ?? 0) > 0)) return none
  const gains = (way: Way, { learningRate }: BestRate) =>
    gainsOf(groups.get(keyOf(way, trainFraction, learningRate)) ?? [], inner)
  const ofExact = new Map(gains('exact', exact).map(({ context, gain }) => [context, gain]))
  const shared = gains('tint', tint).filter(({ context }) => ofExact.has(context))
  if (shared.length === 0) return none
  const { value, standardError } = ratioOf(
    shared.map(({ gain }) => gain),
    shared.map(({ context }) => ofExact.get(context) ?? Number.NaN),
  )
  return { recovered: value, recoveredStandardError: standardError }
}

function lossesOf(group: Group): number[] {
  return group.map(({ negativeLogLikelihood }) => negativeLogLikelihood ?? Number.NaN)
}

/** What a context's summed loss is lower than the inner model's; `NaN` where one of the two is no finite number. */
export interface ContextGain {
  readonly context: number
  readonly gain: number
  readonly tokens: number
}

/** Of the contexts that both groups have: a part of a run may end between the two. */
export function gainsOf(group: Group, inner: Group): ContextGain[] {
  const before = new Map(inner.map(({ sample, negativeLogLikelihood }) => [sample, negativeLogLikelihood]))
  return group.flatMap(({ sample: context, negativeLogLikelihood, tokens }) => {
    const loss = before.get(context)
    if (loss === undefined) return []
    return [{ context, gain: (loss ?? Number.NaN) - (negativeLogLikelihood ?? Number.NaN), tokens }]
  })
}

function gainOf(gains: readonly ContextGain[]): Ratio | undefined {
  if (gains.length === 0) return undefined
  return ratioOf(
    gains.map(({ gain }) => gain),
    gains.map(({ tokens }) => tokens),
  )
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
