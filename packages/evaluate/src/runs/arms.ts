import { bestRates } from '../perplexity/aggregate'
import { type Way, ways } from '../perplexity/sample'
import { type TaskResult, taskResults } from '../tasks/task-results'
import type { PerplexityRun, Run, TaskRun } from './run'

/** Where ways are compared: at one share of a context that is learned, or with one template. */
export type Place = { readonly trainFraction: number } | { readonly template: string }

/** What one context or example scored. */
export interface Score {
  /** More is better: summed log-probability in nats, or the share of seeds that answered rightly. */
  readonly amount: number
  /** Test tokens, or 1. */
  readonly weight: number
  /** Bytes of the test tokens, or the right label: what has to be the same where two runs score the same thing. */
  readonly identity: number
}

/** One way of a run at its best rate. */
export interface Arm {
  readonly run: string
  readonly way: Way
  /** Null for `inner`. */
  readonly learningRate: number | null
  readonly place: Place
  /** By the id of the context or example. */
  readonly scores: ReadonlyMap<number, Score>
}

/** Each way of a run at its best rate, for each share or template; ways that diverged at every rate are left out. */
export function bestArms(run: Run): Arm[] {
  return run.kind === 'perplexity' ? armsOfText(run) : armsOfTask(run)
}

function armsOfText({ name, samples }: PerplexityRun): Arm[] {
  return bestRates(samples).flatMap((best) =>
    ways.flatMap((way): Arm[] => {
      const { trainFraction } = best
      const learningRate = way === 'inner' ? null : (best[way]?.learningRate ?? undefined)
      if (learningRate === undefined) return []
      const scores = new Map<number, Score>()
      for (const sample of samples) {
        if (sample.way !== way || sample.trainFraction !== trainFraction) continue
        if (sample.learningRate !== learningRate || sample.negativeLogLikelihood === null) continue
        const { tokens: weight, bytes: identity } = sample
        scores.set(sample.sample, { amount: -sample.negativeLogLikelihood, weight, identity })
      }
      return scores.size === 0 ? [] : [{ run: name, way, learningRate, place: { trainFraction }, scores }]
    }),
  )
}

function armsOfTask({ name, task, samples }: TaskRun): Arm[] {
  return bestTaskResults(taskResults(task, samples)).map(({ way, template, learningRate }) => {
    const own = samples.filter(
      (sample) => sample.way === way && sample.template === template && sample.learningRate === learningRate,
    )
    const answers = new Map<number, { right: number; all: number; label: number }>()
    for (const { sample, label, prediction } of own) {
      const answer = answers.get(sample) ?? { right: 0, all: 0, label }
      answer.all++
      if (prediction === label) answer.right++
      answers.set(sample, answer)
    }
    const scores = new Map(
      [...answers].map(([sample, { right, all, label }]): [number, Score] => [
        sample,
        { amount: right / all, weight: 1, identity: label },
      ]),
    )
    return { run: name, way, learningRate, place: { template }, scores }
  })
}

/** Of each template and way the rate with the highest accuracy, the first of equal ones. */
export function bestTaskResults(results: readonly TaskResult[]): TaskResult[] {
  const best = new Map<string, TaskResult>()
  for (const result of results) {
    if (result.accuracy === null) continue
    const key = JSON.stringify([result.template, result.way])
    if (result.accuracy > (best.get(key)?.accuracy ?? -1)) best.set(key, result)
  }
  return [...best.values()]
}
