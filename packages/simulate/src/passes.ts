import * as tf from '@tensorflow/tfjs-core'
import {
  AttentionContext,
  type BackwardPass,
  backwardLayer,
  embedTokens,
  type ForwardPass,
  forwardBlock,
  gradientRules,
  type InnerModel,
  type Layer,
  type LayerMemory,
  type LearnedParameters,
  projectToHead,
  projectToHeadBackward,
  yieldToEvents,
} from '@tintjs/inner'
import { disposeStructure, firstPositions, TintError } from '@tintjs/tensor'
import type { StepPlan } from './step-plan'

/** Called after each block, so that progress is shown and a step can be stopped. @throws the reason of a stop */
export type AfterBlock = () => void

/** What the step's layers split into: those below the first that learns, and those that learn. */
export interface SplitLayers {
  readonly frozen: readonly Layer[]
  readonly learning: readonly Layer[]
}

/** The last `layers` blocks and the final norm learn; everything below is frozen. */
export function splitLayers({ description }: InnerModel, layers: number): SplitLayers {
  const { blocks, finalNorm } = description
  const first = blocks.length - layers
  const learning: Layer[] = blocks.slice(first)
  if (finalNorm !== undefined) learning.push(finalNorm)
  return { frozen: blocks.slice(0, first), learning }
}

/**
 * The input of the first layer that learns, the same in every round: embedding and frozen blocks.
 *
 * @returns `[batch, N, width]`, owned by the caller
 */
export async function forwardFrozen(
  model: InnerModel,
  { inputs }: StepPlan,
  frozen: readonly Layer[],
  pass: ForwardPass,
  afterBlock: AfterBlock,
): Promise<tf.Tensor3D> {
  let hidden = embedTokens(model, inputs)
  try {
    for (const block of frozen) {
      const { output } = forwardBlock(block, hidden, pass, false)
      hidden.dispose()
      hidden = output
      afterBlock()
      await yieldToEvents()
    }
    return hidden
  } catch (error) {
    hidden.dispose()
    throw error
  }
}

/** What one layer that learns leaves for its backward: its input, and what its parts kept. */
export interface KeptLayer {
  readonly input: tf.Tensor3D
  readonly memory: LayerMemory
}

/** What the layers that learn make of their input, with what their backward needs. */
export class LearningForward {
  /** `[batch * N, embedding width]`, the head's input */
  readonly headInput: tf.Tensor2D
  /** In the order of the layers; the backward takes them from the end. */
  readonly kept: KeptLayer[]

  constructor(headInput: tf.Tensor2D, kept: KeptLayer[]) {
    this.headInput = headInput
    this.kept = kept
  }

  dispose(): void {
    this.headInput.dispose()
    disposeStructure(this.kept)
    this.kept.length = 0
  }
}

/**
 * Runs the layers that learn, and the head's projection.
 *
 * @param entry `[batch, N, width]`, from {@link forwardFrozen}; stays the caller's
 * @param keep whether a backward will follow
 * @returns owned by the caller
 */
export async function forwardLearning(
  model: InnerModel,
  entry: tf.Tensor3D,
  learning: readonly Layer[],
  pass: ForwardPass,
  keep: boolean,
  afterBlock: AfterBlock,
): Promise<LearningForward> {
  const kept: KeptLayer[] = []
  let hidden = tf.clone(entry)
  try {
    for (const layer of learning) {
      const { output, memory } = forwardBlock(layer, hidden, pass, keep)
      if (memory === undefined) hidden.dispose()
      else kept.push({ input: hidden, memory })
      hidden = output
      afterBlock()
      await yieldToEvents()
    }
    const headInput = tf.tidy(() => {
      const projected = projectToHead(model, hidden)
      const [batch, length, width] = projected.shape
      return tf.reshape(projected, [batch * length, width]) as tf.Tensor2D
    })
    return new LearningForward(headInput, kept)
  } catch (error) {
    disposeStructure(kept)
    throw error
  } finally {
    hidden.dispose()
  }
}

/** What the layers of a plan share when they are learned from. */
export interface LearningPass extends ForwardPass {
  readonly parameters: LearnedParameters
  readonly backward: Pick<BackwardPass, 'rules' | 'positions'>
}

/** @returns a pass of the plan, whose attention context the caller disposes */
export function learningPass(
  { description }: InnerModel,
  { inputs, gradient, updateNormWeights, learnedPositions }: StepPlan,
  learned: LearnedParameters,
): LearningPass {
  const rules = gradientRules(gradient, updateNormWeights, description.width)
  return {
    parameters: learned,
    attention: new AttentionContext(inputs),
    backward: { rules, positions: learnedPositions },
  }
}

/**
 * Back-propagates the loss gradient through the layers that learn, and lets each descend at once. Frees each
 * layer's memory when it is done with it.
 *
 * @param headGradient `[batch * N, embedding width]`; stays the caller's
 */
export async function backwardLearning(
  model: InnerModel,
  headGradient: tf.Tensor2D,
  learning: readonly Layer[],
  forward: LearningForward,
  { parameters: learned, attention, backward }: LearningPass,
  { inputs, learnedPositions, learningRate, scoredPositions }: StepPlan,
  afterBlock: AfterBlock,
): Promise<void> {
  const { batch, length } = inputs
  const pass = { parameters: learned, attention, ...backward }
  let gradient = tf.tidy(() => {
    const shaped = tf.reshape(headGradient, [batch, length, headGradient.shape[1]]) as tf.Tensor3D
    return projectToHeadBackward(model, firstPositions(shaped, learnedPositions))
  })
  try {
    for (const layer of learning.toReversed()) {
      const kept = forward.kept.pop()
      if (kept === undefined) throw new TintError('A layer that learns kept no memory in its forward.')
      try {
        const below = tf.tidy(() => {
          const { inputGradient, changes } = backwardLayer(layer, gradient, kept.memory, pass)
          learned.descend(changes, learningRate, scoredPositions)
          return inputGradient
        })
        gradient.dispose()
        gradient = below
      } finally {
        disposeStructure(kept)
      }
      afterBlock()
      await yieldToEvents()
    }
  } finally {
    gradient.dispose()
  }
}
