import type { Context } from '../text/contexts'
import type { Sample, Way } from './sample'
import type { PerplexitySettings } from './settings'

/** What is computed for each batch: one forward for all fractions, or a training step for one fraction and rate. */
export type Task =
  | { readonly way: 'inner' }
  | { readonly way: Exclude<Way, 'inner'>; readonly trainFraction: number; readonly learningRate: number }

/** The smallest piece of a run, which is finished as a whole. */
export interface Unit {
  readonly contexts: readonly Context[]
  readonly task: Task
}

/** The fields of a {@link Sample} that say which one it is. */
export type PerplexityKey = Pick<Sample, 'sample' | 'way' | 'trainFraction' | 'learningRate'>

/** The keys of the samples that a unit gives, in their order: context by context, and fraction by fraction. */
export function unitKeys({ contexts, task }: Unit, { trainFractions }: PerplexitySettings): PerplexityKey[] {
  return contexts.flatMap(({ id }): PerplexityKey[] =>
    task.way === 'inner'
      ? trainFractions.map((trainFraction) => ({
          sample: id,
          way: task.way,
          trainFraction,
          learningRate: null,
        }))
      : [{ sample: id, ...task }],
  )
}

/** In forward passes of one sequence; a backward takes about two. A chunk is learned over what comes before it too. */
export function unitCost({ contexts, task }: Unit, { chunks, steps }: PerplexitySettings): number {
  return contexts.length * (task.way === 'inner' ? 1 : (3 * steps * (chunks + 1)) / 2 + 1)
}
