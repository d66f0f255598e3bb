import type * as tf from '@tensorflow/tfjs-core'
import {
  AttentionContext,
  type ForwardPass,
  gradientRules,
  type InnerModel,
  LearnedParameters,
  type WeightTable,
} from '@tintjs/inner'
import { firstPositions, TintError } from '@tintjs/tensor'
import { learnedPart } from './learned-part'
import { forwardFrozen, forwardLearning, type LearningForward, type SplitLayers, splitLayers } from './passes'
import { learnFrom } from './round'
import type { Execution, ForwardPurpose, StepExecution, StepHooks } from './step-execution'
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

/** What a pass runs over: the whole step, or the part of it that is learned. */
interface Extent {
  readonly plan: StepPlan
  readonly pass: ForwardPass
}

class FusedStep implements StepExecution {
  readonly #model: InnerModel
  readonly #hooks: StepHooks
  readonly #layers: SplitLayers
  readonly #learned: LearnedParameters
  readonly #whole: Extent
  /** The same as the whole where all of it is learned. */
  readonly #part: Extent
  #entry: tf.Tensor3D | undefined
  #forward: LearningForward | undefined
  #extent: Extent
  #handedOut = false

  constructor(model: InnerModel, plan: StepPlan, hooks: StepHooks, learned: LearnedParameters) {
    this.#model = model
    this.#hooks = hooks
    this.#layers = splitLayers(model, plan.layers)
    this.#learned = learned
    this.#whole = this.#extentOf(plan)
    const part = learnedPart(plan)
    this.#part = part === plan ? this.#whole : this.#extentOf(part)
    this.#extent = this.#whole
  }

  async forward({ keep, scored }: ForwardPurpose): Promise<tf.Tensor2D> {
    const afterBlock = () => this.#hooks.afterBlock('forward')
    this.#forward?.dispose()
    this.#forward = undefined
    this.#extent = scored ? this.#whole : this.#part
    this.#entry ??= await forwardFrozen(
      this.#model,
      this.#whole.plan,
      this.#layers.frozen,
      { ...this.#whole.pass, backward: undefined },
      afterBlock,
    )
    const { plan } = this.#extent
    // Nothing is copied for a backward that does not follow.
    const pass = keep ? this.#extent.pass : { ...this.#extent.pass, backward: undefined }
    const entry = firstPositions(this.#entry, plan.inputs.length)
    try {
      this.#forward = await forwardLearning(this.#model, entry, this.#layers.learning, pass, keep, afterBlock)
    } finally {
      entry.dispose()
    }
    return this.#forward.headInput
  }

  async learn(): Promise<void> {
    if (this.#forward === undefined) throw new TintError('learn() was called before a forward that is kept.')
    const { plan, pass } = this.#extent
    const afterBlock = () => this.#hooks.afterBlock('backward')
    const { attention } = pass
    const { signal } = this.#hooks
    await learnFrom(this.#model, this.#forward, attention, this.#learned, plan, afterBlock, signal)
  }

  learned(): LearnedParameters {
    this.#handedOut = true
    return this.#learned
  }

  dispose(): void {
    this.#forward?.dispose()
    this.#whole.pass.attention.dispose()
    this.#part.pass.attention.dispose()
    this.#entry?.dispose()
    if (!this.#handedOut) this.#learned.dispose()
  }

  #extentOf(plan: StepPlan): Extent {
    const attention = new AttentionContext(plan.inputs)
    const rules = gradientRules(plan.gradient, plan.updateNormWeights, this.#model.description.width)
    const backward = { rules, positions: plan.learnedPositions }
    return { plan, pass: { parameters: this.#learned, attention, backward } }
  }
}
