import type { TaskProgress } from '../connection/connection'
import type { OutputOf, TaskName } from '../protocol/tasks'

/** A result, with what it was computed for. */
export interface Finished<Name extends TaskName> {
  readonly output: OutputOf<Name>
  /** Of the session's subject when it was asked for. */
  readonly subject: string
}

/** What the page is computing. */
export interface Activity extends TaskProgress {
  readonly task: TaskName
}

/** Learning rates that a sweep tries. */
export const sweptRates = [1e-5, 3e-5, 1e-4, 3e-4, 6e-4, 1e-3, 2e-3, 4e-3] as const

/** How many tokens the simulator itself runs on, where its state is shown. */
export const sliceTokens = 16
