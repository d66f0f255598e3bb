import type { Way } from '../perplexity/sample'
import { adjustedPValues, type PairedDifference, pairedDifference } from '../statistics/paired-difference'
import { type Arm, bestArms, type Place } from './arms'
import type { Run } from './run'
import {
  type Incomparable,
  nothingShared,
  otherSubject,
  type Subject,
  samePlace,
  subjectsOf,
} from './subjects'

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
  /** The p-value among all comparisons on the same text or task, by Holm's method. */
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

type Unadjusted = Omit<Comparison, 'adjustedPValue'>

/**
 * Compares, at every share or template, the ways of each run with each other and each way between every two runs on the
 * same text or task, at the best rate of each.
 */
export function compareRuns(runs: readonly Run[]): Comparisons {
  const subjects = subjectsOf(runs)
  const within = subjects.map((subject) => compareWithin(subject.runs))
  return {
    comparisons: within.flatMap(({ comparisons }) => comparisons),
    incomparable: [
      ...subjects.flatMap((first, index) =>
        subjects.slice(index + 1).map((second) => differentSubjects(first, second)),
      ),
      ...within.flatMap(({ incomparable }) => incomparable),
    ],
  }
}

function differentSubjects(first: Subject, second: Subject): Incomparable {
  const [one, other] = [first.runs[0], second.runs[0]]
  const reason = one && other && otherSubject(one, other)
  return { first: namesOf(first.runs), second: namesOf(second.runs), reason: reason ?? '' }
}

/** Runs on the same text or task. */
function compareWithin(runs: readonly Run[]): Comparisons {
  const all = runs.map((run) => ({ run, arms: bestArms(run) }))
  const incomparable: Incomparable[] = []
  const found: Unadjusted[] = all.flatMap(({ run, arms }) => compareWays(run, arms))
  for (const [index, first] of all.entries()) {
    for (const second of all.slice(index + 1)) {
      const reason = nothingShared(first.arms, second.arms)
      if (reason === undefined) found.push(...compareBetween(first, second))
      else incomparable.push({ first: [first.run.name], second: [second.run.name], reason })
    }
  }
  const adjusted = adjustedPValues(found.map(({ pValue }) => pValue))
  return {
    comparisons: found.map((comparison, index) => ({ ...comparison, adjustedPValue: adjusted[index] ?? 1 })),
    incomparable,
  }
}

function compareWays({ kind }: Run, arms: readonly Arm[]): Unadjusted[] {
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

interface RunArms {
  readonly run: Run
  readonly arms: readonly Arm[]
}

/** The same model alone is the same in both, and left out. */
function compareBetween({ run, arms }: RunArms, other: RunArms): Unadjusted[] {
  const sameModel = run.modelHash === other.run.modelHash
  return arms.flatMap((first) =>
    other.arms
      .filter((second) => second.way === first.way && samePlace(first, second))
      .filter(({ way }) => !(way === 'inner' && sameModel && run.kind === 'perplexity'))
      .flatMap((second) => compare(run.kind, first, second)),
  )
}

/** Nothing where the two have nothing in common. */
function compare(kind: Run['kind'], first: Arm, second: Arm): Unadjusted[] {
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

function namesOf(runs: readonly Run[]): string[] {
  return runs.map(({ name }) => name)
}

function nameOf({ run, way, learningRate }: Arm): ArmName {
  return { run, way, learningRate }
}
