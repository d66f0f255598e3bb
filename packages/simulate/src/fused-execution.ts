import type * as tf from '@tensorflow/tfjs-core'
import {
  AttentionContext,
  type ForwardPass,
  type InnerModel,
  LearnedParameters,
  type WeightTable,
} from '@tintjs/inner'
import { TintError } from '@tintjs/tensor'
import { forwardFrozen, forwardLearning, type LearningForward, type SplitLayers, splitLayers } from './passes'
import { learnFrom } from './round'
import type { Execution, StepExecution, StepHooks } from './step-execution'
import type { StepPlan } from './step-plan'

/** Computes the function that TinT's forward pass computes directly on the inner model's weights. The default. */
export function fused(): Execution {
  return fusedInto((weights) => new LearnedParameters(weights))
}

/** {@link fused}, with parameters of the caller's making, which see what descends. */
export function fusedInto(makeParameters: (weights: WeightTable) => LearnedParameters): Execution {
  return {
    name: 'fused',
    start: (model, plan, hooks) => new FusedStep(model, plan, hooks, makeParameters(model.weights)),
  }
}

class FusedStep implements StepExecution {
  readonly #model: InnerModel
  readonly #plan: StepPlan
  readonly #hooks: StepHooks
  readonly #layers: SplitLayers
  readonly #learned: LearnedParameters
  readonly #pass: ForwardPass
  #entry: tf.Tensor3D | undefined
  #forward: LearningForward | undefined
  #handedOut = false

  constructor(model: InnerModel, plan: StepPlan, hooks: StepHooks, learned: LearnedParameters) {
    this.#model = model
    this.#plan = plan
    this.#hooks = hooks
    this.#layers = splitLayers(model, plan.layers)
    this.#learned = learned
    this.#pass = { parameters: this.#learned, attention: new AttentionContext(plan.inputs) }
  }

  async forward(keep: boolean): Promise<tf.Tensor2D> {
    const { frozen, learning } = this.#layers
    const afterBlock = () => this.#hooks.afterBlock('forward')
    this.#forward?.dispose()
    this.#forward = undefined
    this.#entry ??= await forwardFrozen(this.#model, this.#plan, frozen, this.#pass, afterBlock)
    this.#forward = await forwardLearning(this.#model, this.#entry, learning, this.#pass, keep, afterBlock)
    return this.#forward.headInput
  }

  async learn(): Promise<void> {
    if (this.#forward === undefined) throw new TintError('learn() was called before forward(true).')
    const afterBlock = () => this.#hooks.afterBlock('backward')
    const { attention } = this.#pass
    await learnFrom(
      this.#model,
      this.#forward,
      attention,
      this.#learned,
      this.#plan,
      afterBlock,
      this.#hooks.signal,
    )
  }

  learned(): LearnedParameters {
    this.#handedOut = true
    return this.#learned
  }

  dispose(): void {
    this.#forward?.dispose()
    this.#pass.attention.dispose()
    this.#entry?.dispose()
    if (!this.#handedOut) this.#learned.dispose()
  }
}
