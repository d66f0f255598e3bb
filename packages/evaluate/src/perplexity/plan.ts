import type { InnerModelDescription } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'
import type { EvaluationPlan } from '../run/evaluation-plan'
import type { Context } from '../text/contexts'
import { runUnit } from './run-unit'
import { type Sample, sampleForm } from './sample'
import { checkSettings, type PerplexityOptions, type PerplexitySettings } from './settings'
import { type PerplexityKey, type Task, type Unit, unitCost, unitKeys } from './unit'

/** A measurement of perplexity before it runs: batch by batch, and in each batch task by task. */
export interface PerplexityPlan extends EvaluationPlan<Sample> {
  readonly settings: PerplexitySettings
  readonly contexts: readonly Context[]
  /** In each batch. */
  readonly tasks: readonly Task[]
  keys(unit: number): PerplexityKey[]
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
  const unitCount = Math.ceil(contexts.length / settings.batch) * tasks.length
  const unit = (index: number): Unit => {
    const start = Math.floor(index / tasks.length) * settings.batch
    const task = tasks[index % tasks.length]
    if (task === undefined || start >= contexts.length) {
      throw new InputError(`There is no unit ${index}; expected one below ${unitCount}.`)
    }
    return { contexts: contexts.slice(start, start + settings.batch), task }
  }
  return {
    settings,
    contexts,
    tasks,
    unitCount,
    size: contexts.length,
    form: sampleForm,
    cost: (index) => unitCost(unit(index), settings),
    keys: (index) => unitKeys(unit(index), settings),
    run: (model, index, options) => runUnit(model, unit(index), settings, options),
  }
}

function tasksOf({ ways, trainFractions, learningRates, rates }: PerplexitySettings): Task[] {
  return ways.flatMap((way): Task[] => {
    if (way === 'inner') return [{ way }]
    return (
      rates?.filter((rate) => rate.way === way) ??
      trainFractions.flatMap((trainFraction) =>
        learningRates.map((learningRate) => ({ way, trainFraction, learningRate })),
      )
    )
  })
}
