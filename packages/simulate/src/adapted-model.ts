import * as tf from '@tensorflow/tfjs-core'
import {
  allParameters,
  groupByTensor,
  type InnerModel,
  type LearnedParameters,
  leavesOf,
  parameterSize,
  type WeightReference,
  writeParameter,
} from '@tintjs/inner'
import { InputError, TintError } from '@tintjs/tensor'
import { splitLayers } from './passes'
import type { StepPlan } from './step-plan'

/** A weight under the checkpoint's own name and in its layout. The tensor is the receiver's. */
export interface CheckpointTensor {
  readonly name: string
  readonly value: tf.Tensor
}

/**
 * What a training step has made of the inner model: the model's own weights, and what each sequence of the batch has
 * learned on top of them. Disposing it leaves the inner model as it is.
 */
export class AdaptedModel {
  /** The model that was adapted; not owned. */
  readonly inner: InnerModel
  /** How many sequences learned, each with weights of its own. */
  readonly batch: number
  readonly #learned: LearnedParameters
  readonly #learning: readonly WeightReference[]

  constructor(inner: InnerModel, learned: LearnedParameters, plan: StepPlan) {
    this.inner = inner
    this.batch = plan.inputs.batch
    this.#learned = learned
    this.#learning = learningParameters(inner, plan)
  }

  /**
   * The weights of the layers that learn, after descent, one at a time, so that they are never all alive twice.
   * Parameters that the chosen gradient never changes (queries and keys of TinT) come with their old values.
   *
   * @returns values of shape `[batch, ...checkpoint shape]`
   */
  *updatedWeights(): Generator<CheckpointTensor> {
    for (const [name, references] of groupByTensor(this.#learning)) {
      yield {
        name,
        value: assembleTensor(references, (reference) => this.#learned.materialise(reference, this.batch)),
      }
    }
  }

  /**
   * All weights of the adapted model: a full checkpoint, in the checkpoint's shapes.
   *
   * @throws InputError when more than one sequence learned, as a checkpoint holds one model
   */
  *checkpointTensors(): Generator<CheckpointTensor> {
    if (this.batch !== 1) {
      throw new InputError(
        `The step adapted ${this.batch} models, one a sequence; expected one sequence to save a checkpoint.`,
      )
    }
    for (const [name, references] of groupByTensor(allParameters(this.inner.description))) {
      const value = tf.tidy(() => {
        const assembled = assembleTensor(references, (reference) => this.#learned.materialise(reference, 1))
        return tf.squeeze(assembled, [0])
      })
      yield { name, value }
    }
  }

  /** Frees what was learned. */
  dispose(): void {
    this.#learned.dispose()
  }
}

/** What the step may change: matrices and biases, and scales of norms only where they learn. */
function learningParameters(model: InnerModel, { layers, updateNormWeights }: StepPlan): WeightReference[] {
  return splitLayers(model, layers)
    .learning.flatMap(leavesOf)
    .flatMap((leaf) => {
      if (leaf.kind === 'activation') return []
      const matrix = leaf.kind === 'linear' ? leaf.weight : updateNormWeights ? leaf.scale : undefined
      return [matrix, leaf.bias].filter((reference) => reference !== undefined)
    })
}

/** Puts the parameters that share a checkpoint tensor together in its layout, `[batch, ...shape]`. */
function assembleTensor(
  references: readonly WeightReference[],
  valueAt: (reference: WeightReference) => tf.Tensor,
): tf.Tensor {
  const [first] = references
  const shape = first?.shape ?? []
  const whole = shape.reduce((product, size) => product * size, 1)
  const covered = references.reduce((total, reference) => total + parameterSize(reference), 0)
  if (covered !== whole) {
    throw new TintError(
      `The layers hold ${covered} of the ${whole} numbers of ${first?.name}; expected all of them.`,
    )
  }
  return tf.tidy(() => {
    let assembled: tf.Tensor | undefined
    for (const reference of references) {
      const value = valueAt(reference)
      assembled = writeParameter(assembled ?? tf.zeros([value.shape[0] ?? 1, ...shape]), value, reference)
    }
    return assembled ?? tf.zeros([1, ...shape])
  })
}
