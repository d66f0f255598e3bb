import type { MaybeSharded } from '../run/shard'
import type { TaskConfiguration } from './task-configuration'
import type { TaskData } from './task-data'
import type { TaskPlan } from './task-plan'
import { type TaskResult, taskResults } from './task-results'
import type { TaskSample } from './task-sample'

/** What a task's results are about. */
export interface TaskReportFacts {
  /** As the caller names it. */
  readonly model: string
  readonly configuration: MaybeSharded<TaskConfiguration>
  /** Versions of what computed. */
  readonly versions: Readonly<Record<string, string>>
  /** The commit of the working folder; null where that was none of a git repository. */
  readonly gitRevision: string | null
}

/** A task's results, as `results.json` has them. */
export interface TaskReport extends TaskReportFacts {
  readonly task: { readonly name: string; readonly about: string; readonly labels: readonly string[] }
  readonly data: {
    readonly sha256: string
    /** Examples that were asked. */
    readonly examples: number
    /** How many of them have each label, in the labels' order. */
    readonly examplesByLabel: readonly number[]
    /** Examples that the data have to ask, and for demonstrations. */
    readonly testExamples: number
    readonly trainExamples: number
    /** Records without a text, which are no examples. */
    readonly withoutText: number
    /** Examples that were longer than the model allows. */
    readonly leftOut: number
  }
  readonly engine: string
  readonly modelHash: string
  readonly results: readonly TaskResult[]
}

/** All results of a task's evaluation as one object. */
export function taskReport(
  facts: TaskReportFacts,
  plan: TaskPlan,
  data: Pick<TaskData, 'withoutText' | 'test' | 'train'>,
  samples: readonly TaskSample[],
): TaskReport {
  const { name, about, labels } = plan.task
  const { engine, modelHash, dataSha256 } = facts.configuration
  return {
    model: facts.model,
    task: { name, about, labels },
    data: {
      sha256: dataSha256,
      examples: plan.examples.length,
      examplesByLabel: labels.map(
        (_, label) => plan.examples.filter((example) => example.label === label).length,
      ),
      testExamples: data.test.length,
      trainExamples: data.train.length,
      withoutText: data.withoutText,
      leftOut: plan.leftOut,
    },
    configuration: facts.configuration,
    versions: facts.versions,
    gitRevision: facts.gitRevision,
    engine,
    modelHash,
    results: taskResults(plan.task, samples),
  }
}
