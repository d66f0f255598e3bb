import type { Way } from '../perplexity/sample'
import type { TaskSample } from './task-sample'

/** How well one label was told from the others, over the samples of all seeds. */
export interface LabelResult {
  readonly label: string
  /** Samples with this label. */
  readonly samples: number
  /** How many of them were given it; null without any. */
  readonly recall: number | null
  /** How many that were given it have it; null where none were. */
  readonly precision: number | null
  /** The harmonic mean of the two; 0 where none was right. */
  readonly f1: number
}

/** One seed's share of right answers. */
export interface SeedResult {
  readonly seed: number
  /** Null where a rate was far too high for some samples. */
  readonly accuracy: number | null
  readonly samples: number
  readonly diverged: number
}

/** How well a task was done in one way. */
export interface TaskResult {
  readonly template: string
  readonly way: Way
  /** Null for `inner`. */
  readonly learningRate: number | null
  /** Mean over the seeds of each one's share of right answers; null where one has none. */
  readonly accuracy: number | null
  /** Of that mean, over seeds: the standard deviation of their accuracies over the root of their number; null for one. */
  readonly standardError: number | null
  /**
   * What it is above `inner` with the same demonstrations, mean over seeds; null for `inner` and without it. A part of a
   * run may lack examples of one of them: then over the examples that both have.
   */
  readonly gain: number | null
  /** Of the gain, from each seed's own. */
  readonly gainStandardError: number | null
  /** Means over the labels, each weighted alike whatever number of samples it has. */
  readonly macro: { readonly recall: number; readonly f1: number } | null
  readonly labels: readonly LabelResult[]
  readonly seeds: readonly SeedResult[]
  /** Mean number of demonstrations there was room for. */
  readonly demonstrations: number
  /** Samples without an answer, as the rate was far too high. */
  readonly diverged: number
}

/** A mean over seeds with its standard error. */
export interface MeanOverSeeds {
  readonly mean: number
  readonly standardError: number | null
}

/** Mean and `sqrt(sum (x - mean)^2 / (n - 1)) / sqrt(n)`, null for a single number. */
export function meanOverSeeds(values: readonly number[]): MeanOverSeeds {
  const count = values.length
  const mean = sum(values) / count
  if (count < 2) return { mean, standardError: null }
  const squares = values.map((value) => (value - mean) ** 2)
  return { mean, standardError: Math.sqrt(sum(squares) / (count - 1) / count) }
}

/** A result for each template, way and rate that the samples have, in the order in which each is met first. */
export function taskResults(
  { labels }: { readonly labels: readonly string[] },
  samples: readonly TaskSample[],
): TaskResult[] {
  const groups = groupBy(samples, groupKey)
  return [...groups.values()].map((group) => {
    const [first] = group
    const inner = first && groups.get(groupKey({ ...first, way: 'inner', learningRate: null }))
    return resultOf(labels, group, first?.way === 'inner' ? undefined : inner)
  })
}

function resultOf(
  labels: readonly string[],
  group: readonly TaskSample[],
  inner: readonly TaskSample[] | undefined,
): TaskResult {
  const { template = '', way = 'inner', learningRate = null } = group[0] ?? {}
  const seeds = seedResults(group)
  const accuracies = known(seeds.map(({ accuracy }) => accuracy))
  const { mean: accuracy = null, standardError = null } = accuracies ? meanOverSeeds(accuracies) : {}
  const gains = inner && known(gainsOf(group, inner))
  const { mean: gain = null, standardError: gainStandardError = null } = gains ? meanOverSeeds(gains) : {}
  const labelResults = labels.map((name, label) => labelResult(name, label, group))
  const diverged = group.filter(({ prediction }) => prediction === null).length
  return {
    ...{ template, way, learningRate, accuracy, standardError, gain, gainStandardError },
    macro: diverged > 0 ? null : macroOf(labelResults),
    labels: labelResults,
    seeds,
    demonstrations: sum(group.map(({ demonstrations }) => demonstrations)) / group.length,
    diverged,
  }
}

function seedResults(group: readonly TaskSample[]): SeedResult[] {
  return [...groupBy(group, ({ seed }) => seed)].map(([seed, samples]) => {
    const diverged = samples.filter(({ prediction }) => prediction === null).length
    const right = samples.filter(({ prediction, label }) => prediction === label).length
    return { seed, accuracy: diverged > 0 ? null : right / samples.length, samples: samples.length, diverged }
  })
}

/** Of each seed, over the examples that both have: a part of a run may end between the two. */
function gainsOf(own: readonly TaskSample[], inner: readonly TaskSample[]): (number | null)[] {
  const shared = (group: readonly TaskSample[], other: readonly TaskSample[]) => {
    const there = new Set(other.map(exampleKey))
    return new Map(
      seedResults(group.filter((sample) => there.has(exampleKey(sample)))).map((result) => [
        result.seed,
        result,
      ]),
    )
  }
  const [after, before] = [shared(own, inner), shared(inner, own)]
  return seedResults(own).map(({ seed }) => {
    const [learned, alone] = [after.get(seed)?.accuracy ?? null, before.get(seed)?.accuracy ?? null]
    return learned === null || alone === null ? null : learned - alone
  })
}

function exampleKey({ seed, sample }: Pick<TaskSample, 'seed' | 'sample'>): string {
  return `${seed} ${sample}`
}

function labelResult(name: string, label: number, group: readonly TaskSample[]): LabelResult {
  const having = group.filter((sample) => sample.label === label)
  const given = group.filter(({ prediction }) => prediction === label)
  const right = having.filter(({ prediction }) => prediction === label).length
  return {
    label: name,
    samples: having.length,
    recall: having.length === 0 ? null : right / having.length,
    precision: given.length === 0 ? null : right / given.length,
    f1: (2 * right) / Math.max(1, having.length + given.length),
  }
}

function macroOf(labels: readonly LabelResult[]): TaskResult['macro'] {
  const recalls = labels.flatMap(({ recall }) => recall ?? [])
  return { recall: sum(recalls) / recalls.length, f1: sum(labels.map(({ f1 }) => f1)) / labels.length }
}

/** All of them, or nothing where one is missing. */
function known(values: readonly (number | null)[]): number[] | undefined {
  const present = values.filter((value) => value !== null)
  return present.length === values.length ? present : undefined
}

type Arm = Pick<TaskSample, 'template' | 'way' | 'learningRate'>

function groupKey({ template, way, learningRate }: Arm): string {
  return JSON.stringify([template, way, learningRate])
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
