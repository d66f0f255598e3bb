import type { InputOf, OutputOf, TaskName } from '../protocol/tasks'
import { measureApproximations } from './approximations'
import { describeFilm } from './film'
import { loadModel } from './load-model'
import { currentModel } from './loaded-model'
import { stateAtCell } from './state-at-cell'
import { takeStep } from './step'
import { sweepRates } from './sweep'
import { cutText } from './token-text'

/** What a task may do while it runs. */
export interface TaskContext {
  /** Aborted when the page stops the task. */
  readonly signal: AbortSignal
  /** Tells the page how far the task has come. */
  report(doing: string, done: number, total: number): void
}

/** Who does which task. */
export const performers: {
  readonly [Name in TaskName]: (input: InputOf<Name>, context: TaskContext) => Promise<OutputOf<Name>>
} = {
  load: loadModel,
  tokens: async ({ text }) => cutText(text, currentModel()),
  step: takeStep,
  sweep: sweepRates,
  fidelity: measureApproximations,
  film: describeFilm,
  state: stateAtCell,
}
