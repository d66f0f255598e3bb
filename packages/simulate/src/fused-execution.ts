import type * as tf from '@tensorflow/tfjs-core'
import { type InnerModel, LearnedParameters, type WeightTable } from '@tintjs/inner'
import { firstPositions, TintError } from '@tintjs/tensor'
import { learnedPart } from './learned-part'
import {
  forwardFrozen,
  forwardLearning,
  type LearningForward,
  type LearningPass,
  learningPass,
  type SplitLayers,
  splitLayers,
} from './passes'
import { learnFrom } from './round'
import type { Execution, ForwardPurpose, StepExecution, StepHooks } from './step-execution'
import type { StepPlan, TrainingPlan } from './step-plan'

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

/** What a pass runs over: the whole sequences, or the first tokens that a part of what is learned depends on. */
interface Extent {
  readonly plan: StepPlan
  readonly pass: LearningPass
}

class FusedStep implements StepExecution {
  readonly #model: InnerModel
  readonly #hooks: StepHooks
  readonly #layers: SplitLayers
  readonly #learned: LearnedParameters
  readonly #plan: TrainingPlan
  /** With the first part to learn: only the first forward of a step runs over the whole and is learned from. */
  readonly #whole: Extent
  /** The part that is learned now; the same as the whole where that is all there is. */
  #part: Extent
  #partIndex = 0
  #entry: tf.Tensor3D | undefined
  #forward: LearningForward | undefined
  #extent: Extent
  #handedOut = false

  constructor(model: InnerModel, plan: TrainingPlan, hooks: StepHooks, learned: LearnedParameters) {
    this.#model = model
    this.#hooks = hooks
    this.#layers = splitLayers(model, plan.layers)
    this.#learned = learned
    this.#plan = plan
    this.#whole = this.#extentOf(this.#planOf(0))
    this.#part = this.#partExtent(0)
    this.#extent = this.#whole
  }

  async forward({ keep, scored, part }: ForwardPurpose): Promise<tf.Tensor2D> {
    const afterBlock = () => this.#hooks.afterBlock('forward')
    this.#forward?.dispose()
    this.#forward = undefined
    if (!scored) this.#goTo(part)
    this.#extent = scored ? this.#whole : this.#part
    this.#entry ??= await forwardFrozen(
      this.#model,
      this.#whole.plan,
      this.#layers.frozen,
      this.#whole.pass,
      afterBlock,
    )
    const { plan, pass } = this.#extent
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
    await learnFrom(this.#model, this.#forward, pass, plan, afterBlock, this.#hooks.signal)
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

  /** Moves on to another part; a part is never come back to. */
  #goTo(part: number): void {
    if (part === this.#partIndex) return
    if (this.#part !== this.#whole) this.#part.pass.attention.dispose()
    this.#part = this.#partExtent(part)
    this.#partIndex = part
  }

  #partExtent(part: number): Extent {
    const learned = learnedPart(this.#planOf(part))
    const { length } = this.#plan.inputs
    return part === 0 && learned.inputs.length === length ? this.#whole : this.#extentOf(learned)
  }

  /** The step as if a part were all that is learned. */
  #planOf(part: number): StepPlan {
    return { ...this.#plan, ...this.#plan.parts[part] }
  }

  #extentOf(plan: StepPlan): Extent {
    return { plan, pass: learningPass(this.#model, plan, this.#learned) }
  }
}
