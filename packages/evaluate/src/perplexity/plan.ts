import type { InnerModelDescription } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'
import type { Context } from '../text/contexts'
import type { Way } from './sample'
import { checkSettings, type PerplexityOptions, type PerplexitySettings } from './settings'

/** What is computed for each batch: one forward for all fractions, or a training step for one fraction and rate. */
export type Task =
  | { readonly way: 'inner' }
  | { readonly way: Exclude<Way, 'inner'>; readonly trainFraction: number; readonly learningRate: number }

/** The smallest piece of a run, which is finished as a whole. */
export interface Unit {
  readonly contexts: readonly Context[]
  readonly task: Task
}

/** The key of a sample: everything about it but the numbers. */
export interface SampleKey {
  readonly sample: number
  readonly way: Way
  readonly trainFraction: number
  readonly learningRate: number | null
}

/** A measurement before it runs: all of its pieces in the order in which they run, fixed by the choices alone. */
export interface PerplexityPlan {
  readonly settings: PerplexitySettings
  readonly contexts: readonly Context[]
  /** In each batch. */
  readonly tasks: readonly Task[]
  /** Batches times tasks. */
  readonly unitCount: number
  /** Batch by batch, and in each batch task by task. */
  unit(index: number): Unit
}

/**
 * Plans a measurement.
 *
 * @param contexts of equal length, as `contextsOf` gives them
 * @throws InputError naming the first thing that is wrong with the contexts or the choices
 */
export function planPerplexity(
  description: InnerModelDescription,
  contexts: readonly Context[],
  options: PerplexityOptions,
): PerplexityPlan {
  const [first] = contexts
  if (first === undefined) throw new InputError('There is no context; expected at least one.')
  const settings = checkSettings(description, first.tokens.length, options)
  const tasks = tasksOf(settings)
  const batches = Math.ceil(contexts.length / settings.batch)
  return {
    settings,
    contexts,
    tasks,
    unitCount: batches * tasks.length,
    unit(index) {
      const start = Math.floor(index / tasks.length) * settings.batch
      const task = tasks[index % tasks.length]
      if (task === undefined || start >= contexts.length) {
        throw new InputError(`There is no unit ${index}; expected one below ${batches * tasks.length}.`)
      }
      return { contexts: contexts.slice(start, start + settings.batch), task }
    },
  }
}

/** The keys of the samples that a unit gives, in their order: context by context, and fraction by fraction. */
export function sampleKeys({ contexts, task }: Unit, { trainFractions }: PerplexitySettings): SampleKey[] {
  return contexts.flatMap(({ id }): SampleKey[] =>
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

function tasksOf({ ways, trainFractions, learningRates }: PerplexitySettings): Task[] {
  return ways.flatMap((way): Task[] =>
    way === 'inner'
      ? [{ way }]
      : trainFractions.flatMap((trainFraction) =>
          learningRates.map((learningRate) => ({ way, trainFraction, learningRate })),
        ),
  )
}
