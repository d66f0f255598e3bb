import { aggregate, type BestOfFraction, bestRates, type PerplexityResult } from '../perplexity/aggregate'
import { type TaskResult, taskResults } from '../tasks/task-results'
import { bestTaskResults } from './arms'
import { type Comparisons, compareRuns } from './comparisons'
import { type GainSpread, gainSpreads } from './gain-spread'
import type { PerplexityRun, Run, TaskRun } from './run'
import { subjectsOf } from './subjects'

/** A measurement of perplexity with its figures in place of its samples. */
export interface PerplexitySummary extends Omit<PerplexityRun, 'samples'> {
  readonly results: readonly PerplexityResult[]
  readonly best: readonly BestOfFraction[]
  readonly gainSpreads: readonly GainSpread[]
}

/** A task's evaluation with its figures in place of its samples. */
export interface TaskSummary extends Omit<TaskRun, 'samples'> {
  readonly results: readonly TaskResult[]
  /** Of each template and way the rate with the highest accuracy. */
  readonly best: readonly TaskResult[]
}

export type RunSummary = PerplexitySummary | TaskSummary

/** All that a report says about runs. */
export interface RunsReport extends Comparisons {
  readonly runs: readonly RunSummary[]
  /** Which runs, by name, measured on the same thing, and what people call that: a file, a task. */
  readonly subjects: readonly { readonly title: string; readonly runs: readonly string[] }[]
}

/** Figures of runs, computed anew from their samples, and what there is to compare between them. */
export function runsReport(runs: readonly Run[]): RunsReport {
  return {
    runs: runs.map(summaryOf),
    subjects: subjectsOf(runs).map(({ title, runs: own }) => ({ title, runs: own.map(({ name }) => name) })),
    ...compareRuns(runs),
  }
}

function summaryOf(run: Run): RunSummary {
  if (run.kind === 'task') {
    const { samples, ...origin } = run
    const results = taskResults(run.task, samples)
    return { ...origin, results, best: bestTaskResults(results) }
  }
  const { samples, ...origin } = run
  return {
    ...origin,
    results: aggregate(samples),
    best: bestRates(samples),
    gainSpreads: gainSpreads(run),
  }
}
