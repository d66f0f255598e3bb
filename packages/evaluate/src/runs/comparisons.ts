import type { Way } from '../perplexity/sample'
import { adjustedPValues, type PairedDifference, pairedDifference } from '../statistics/paired-difference'
import { type Arm, bestArms, type Place } from './arms'
import type { Run } from './run'
import { type Incomparable, nothingShared, otherSubject, samePlace } from './subjects'

/** A way of a run at a rate. */
export type ArmName = Pick<Arm, 'run' | 'way' | 'learningRate'>

/**
 * How much better the second is than the first on the contexts or examples that both have: nats per token, or the share
 * of right answers.
 */
export interface Comparison extends PairedDifference {
  readonly kind: Run['kind']
  /** Which the other of the two fields names. */
  readonly trainFraction: number | null
  readonly template: string | null
  readonly first: ArmName
  readonly second: ArmName
  /** The p-value among all comparisons of the report, by Holm's method. */
  readonly adjustedPValue: number
}

/** All that can be compared among runs, and which of them cannot be. */
export interface Comparisons {
  readonly comparisons: readonly Comparison[]
  readonly incomparable: readonly Incomparable[]
}

/** Within a run: what learning gains, and what TinT's step differs from exact. */
const withinRun: readonly (readonly [Way, Way])[] = [
  ['inner', 'exact'],
  ['inner', 'tint'],
  ['exact', 'tint'],
]

/**
 * Compares, at every share or template, the ways of each run with each other and each way between every two runs, at
 * the best rate of each.
 */
export function compareRuns(runs: readonly Run[]): Comparisons {
  const arms = new Map(runs.map((run) => [run.name, bestArms(run)]))
  const own = (run: Run) => arms.get(run.name) ?? []
  const incomparable: Incomparable[] = []
  const found: Omit<Comparison, 'adjustedPValue'>[] = []
  for (const run of runs) found.push(...compareWays(run, own(run)))
  for (const [index, first] of runs.entries()) {
    for (const second of runs.slice(index + 1)) {
      const reason = otherSubject(first, second) ?? nothingShared(own(first), own(second))
      if (reason !== undefined) incomparable.push({ first: first.name, second: second.name, reason })
      else found.push(...compareBetween(first, own(first), own(second)))
    }
  }
  const adjusted = adjustedPValues(found.map(({ pValue }) => pValue))
  return {
    comparisons: found.map((comparison, index) => ({ ...comparison, adjustedPValue: adjusted[index] ?? 1 })),
    incomparable,
  }
}

function compareWays({ kind }: Run, arms: readonly Arm[]): Omit<Comparison, 'adjustedPValue'>[] {
  return withinRun.flatMap(([before, after]) =>
    arms
      .filter(({ way }) => way === before)
      .flatMap((first) =>
        arms
          .filter((arm) => arm.way === after && samePlace(arm, first))
          .flatMap((second) => compare(kind, first, second)),
      ),
  )
}

function compareBetween(
  { kind }: Run,
  firsts: readonly Arm[],
  seconds: readonly Arm[],
): Omit<Comparison, 'adjustedPValue'>[] {
  return firsts.flatMap((first) =>
    seconds
      .filter((second) => second.way === first.way && samePlace(first, second))
      .flatMap((second) => compare(kind, first, second)),
  )
}

/** Nothing where the two have nothing in common. */
function compare(kind: Run['kind'], first: Arm, second: Arm): Omit<Comparison, 'adjustedPValue'>[] {
  const pairs = [...first.scores].flatMap(([sample, { amount, weight }]) => {
    const other = second.scores.get(sample)
    return other === undefined ? [] : [{ difference: other.amount - amount, weight }]
  })
  if (pairs.length === 0) return []
  return [
    {
      kind,
      ...placeFields(first.place),
      first: nameOf(first),
      second: nameOf(second),
      ...pairedDifference(pairs),
    },
  ]
}

function placeFields(place: Place): Pick<Comparison, 'trainFraction' | 'template'> {
  return 'template' in place
    ? { trainFraction: null, template: place.template }
    : { trainFraction: place.trainFraction, template: null }
}

function nameOf({ run, way, learningRate }: Arm): ArmName {
  return { run, way, learningRate }
}
