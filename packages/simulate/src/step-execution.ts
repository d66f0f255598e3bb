import type * as tf from '@tensorflow/tfjs-core'
import type { GradientChoice, InnerModel, LearnedParameters } from '@tintjs/inner'
import type { TrainingPlan } from './step-plan'

/** What a running step tells its execution to do between blocks. Both may throw, to stop the step. */
export interface StepHooks {
  /** Called after each block of a pass. */
  readonly afterBlock: (pass: 'forward' | 'backward') => void
  readonly signal: AbortSignal | undefined
}

/** What a forward pass is run for. */
export interface ForwardPurpose {
  /** Whether {@link StepExecution.learn} will follow. */
  readonly keep: boolean
  /** Which of the plan's parts will be learned, where that follows; the same or a later one than before. */
  readonly part: number
  /** Whether losses of test targets are read from it; otherwise tokens that nothing is learned from may be left out. */
  readonly scored: boolean
}

/** One step under way: forward passes, and learning between them. */
export interface StepExecution {
  /**
   * Runs the inner model to the head with what was learned so far.
   *
   * @returns the head's input, `[batch * N, embedding width]`, with fewer rows perhaps where it is not scored; stays the
   * execution's until its next call
   */
  forward(purpose: ForwardPurpose): Promise<tf.Tensor2D>
  /** Loss gradient, backward and descent of the last forward. */
  learn(): Promise<void>
  /** What was learned, the caller's from now on. Called once, at the end. */
  learned(): LearnedParameters
  /** Frees everything that was not handed out. */
  dispose(): void
}

/** How a training step is computed: {@link fused} or {@link literal}. */
export interface Execution {
  readonly name: 'fused' | 'literal'
  /** The gradient that it was built for, where it can follow only one. */
  readonly design?: { readonly gradient: GradientChoice; readonly updateNormWeights: boolean } | undefined
  /** @throws InputError when it cannot compute this step */
  start(model: InnerModel, plan: TrainingPlan, hooks: StepHooks): StepExecution
}
