import type { PerplexityConfiguration } from '../perplexity/configuration'
import type { ContextExample } from '../perplexity/example'
import type { Sample } from '../perplexity/sample'
import type { TaskConfiguration } from '../tasks/task-configuration'
import type { TaskSample } from '../tasks/task-sample'

/** What every finished run says about itself. */
export interface RunOrigin {
  /** What tables call it; no other run of a report has the same. */
  readonly name: string
  readonly folder: string
  /** As the command named it. */
  readonly model: string
  readonly modelHash: string
  /** SHA-256 of the text or of the task's data. */
  readonly dataSha256: string
  readonly engine: string
  /** Of the programs that computed, by name. */
  readonly versions: Readonly<Record<string, string>>
  /** The commit of the working folder; null where that was none of a git repository. */
  readonly gitRevision: string | null
}

/** A finished measurement of perplexity. */
export interface PerplexityRun extends RunOrigin {
  readonly kind: 'perplexity'
  /** The text's file. */
  readonly file: string
  readonly configuration: PerplexityConfiguration
  readonly samples: readonly Sample[]
  /** Some contexts token by token; none where the folder holds none. */
  readonly examples: readonly ContextExample[]
}

/** A finished evaluation of an in-context task. */
export interface TaskRun extends RunOrigin {
  readonly kind: 'task'
  readonly task: { readonly name: string; readonly labels: readonly string[] }
  readonly configuration: TaskConfiguration
  readonly samples: readonly TaskSample[]
}

/** A finished run as its folder holds it. */
export type Run = PerplexityRun | TaskRun
