import type * as tf from '@tensorflow/tfjs-core'
import type { AdaptedModel } from './adapted-model'

/** One sequence's test losses. `Before` is undefined where they were not asked for before the step. */
export interface SequenceLosses<Before extends number | undefined = number> {
  /** Mean over the test targets, in nats. */
  readonly lossBefore: Before
  readonly lossAfter: number
  /** Indices of the test targets in the sequence. */
  readonly targets: Int32Array
  /** In nats, one for each of `targets`. */
  readonly tokenLossesBefore: Before extends number ? Float32Array : undefined
  readonly tokenLossesAfter: Float32Array
}

/** What a training step gives. Whoever asked for the step calls `dispose`. */
export interface TrainingStepResult<Before extends number | undefined = number> {
  /** Mean over the sequences of each one's mean test loss, in nats, before anything was learned. */
  readonly lossBefore: Before
  /** The same after the last round. */
  readonly lossAfter: number
  readonly sequences: readonly SequenceLosses<Before>[]
  /** `[batch, N, vocabulary]`, where `keepLogits` asked for them (before: where losses are told before). */
  readonly logitsBefore?: tf.Tensor3D | undefined
  readonly logitsAfter?: tf.Tensor3D | undefined
  /** The inner model with what was learned. */
  readonly model: AdaptedModel
  /** Frees the logits and what was learned; the inner model stays. */
  dispose(): void
}
