import type { Way } from '../perplexity/sample'
import { type ContextRoom, countFittingDemonstrations } from './context'
import type { Example } from './example'
import type { TaskTemplate } from './task'
import type { TaskSampleKey } from './task-sample'
import type { TaskSettings } from './task-settings'
import type { Demonstration, TokenizedQuestion } from './tokenized'

/** How a model learns before it is asked. */
export interface Learning {
  readonly way: Way
  /** Null for `inner`. */
  readonly learningRate: number | null
}

/** A template with all of its questions as tokens. */
export interface AskedTemplate {
  readonly template: TaskTemplate
  /** One for each example that is asked. */
  readonly questions: readonly TokenizedQuestion[]
  readonly contentFree: TokenizedQuestion
  /** For each seed. */
  readonly demonstrations: ReadonlyMap<number, readonly Demonstration[]>
}

/** The smallest piece of an evaluation, which is finished as a whole. */
export interface TaskUnit {
  readonly asked: AskedTemplate
  readonly seed: number
  readonly learning: Learning
  /** Indices into the plan's examples. */
  readonly examples: readonly number[]
}

/** What the units of a plan share. */
export interface TaskPieces {
  readonly settings: TaskSettings
  /** What is asked. */
  readonly examples: readonly Example[]
  readonly room: ContextRoom
}

/** The keys of the samples that a unit gives, in their order. */
export function taskSampleKeys(
  { examples }: Pick<TaskPieces, 'examples'>,
  { asked, seed, learning, ...unit }: TaskUnit,
): TaskSampleKey[] {
  return unit.examples.map((index) => ({
    sample: examples[index]?.id ?? index,
    template: asked.template.name,
    seed,
    ...learning,
  }))
}

/** For each question of a template: how many demonstrations it has room for. */
export function demonstrationsFor(
  { questions, contentFree, demonstrations }: AskedTemplate,
  seed: number,
  index: number,
  { calibration }: TaskSettings,
  room: ContextRoom,
): number {
  const own = questions[index]?.length ?? 0
  // The question about nothing comes after the same demonstrations.
  const length = calibration === 'icl-sfc' ? Math.max(own, contentFree.length) : own
  return countFittingDemonstrations(demonstrations.get(seed) ?? [], length, room)
}

/**
 * In forward passes of one sequence: one for each question, and the steps on the demonstrations, or without any on each
 * question. A backward takes about two.
 */
export function taskUnitCost({ learning, examples }: TaskUnit, { steps, shots }: TaskSettings): number {
  if (learning.way === 'inner') return examples.length
  return examples.length + 3 * steps * (shots === 0 ? examples.length : 1)
}
