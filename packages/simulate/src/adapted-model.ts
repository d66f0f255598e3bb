import * as tf from '@tensorflow/tfjs-core'
import {
  allParameters,
  assembleTensor,
  countSequences,
  type ForwardOptions,
  type Generated,
  type GenerateOptions,
  generateTokens,
  groupByTensor,
  type InnerModel,
  type LearnedParameters,
  modelLogits,
  type ParameterValues,
  type SequenceScore,
  scoreTokens,
  sharedShape,
  type TokenInput,
  type WeightReference,
} from '@tintjs/inner'
import { InputError, type MaterialisedTensor } from '@tintjs/tensor'

/** A weight under the checkpoint's own name and in its layout. */
export type CheckpointTensor = MaterialisedTensor

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

  /**
   * @param learned owned by the adapted model from now on
   * @param learning the parameters that may have changed
   * @param batch how many sequences learned
   */
  constructor(
    inner: InnerModel,
    learned: LearnedParameters,
    learning: readonly WeightReference[],
    batch: number,
  ) {
    this.inner = inner
    this.batch = batch
    this.#learned = learned
    this.#learning = learning
  }

  /**
   * One weight as it is now.
   *
   * @returns `[batch, ...parameterShape]`, owned by the caller
   */
  weight(reference: WeightReference): tf.Tensor {
    return this.#learned.materialise(reference, this.batch)
  }

  /** The weights as they are now, for whatever runs a model with other weights than its own. */
  get parameters(): ParameterValues {
    return this.#learned
  }

  /**
   * Logits of every position.
   *
   * @param tokens as many sequences as learned: `[N]`, or `[batch][N]`
   * @returns `[batch, N, vocabulary]`, owned by the caller
   * @throws InputError for another number of sequences, and as `modelLogits` does
   */
  async logits(tokens: TokenInput, options: ForwardOptions = {}): Promise<tf.Tensor3D> {
    this.#checkBatch(tokens)
    return modelLogits(this.inner, tokens, { ...options, parameters: this.#learned })
  }

  /** How well each sequence is predicted now; as `scoreTokens`, with as many sequences as learned. */
  async score(tokens: TokenInput, options: ForwardOptions = {}): Promise<SequenceScore[]> {
    this.#checkBatch(tokens)
    return scoreTokens(this.inner, tokens, { ...options, parameters: this.#learned })
  }

  /**
   * Continues a prompt; as `generateTokens`.
   *
   * @throws InputError when more than one sequence learned
   */
  async generate(prompt: ArrayLike<number>, options: GenerateOptions = {}): Promise<Generated> {
    this.#checkSingle('generate text')
    return generateTokens(this.inner, prompt, { ...options, parameters: this.#learned })
  }

  /**
   * The weights of the layers that learn, after descent, each made on request, so that they are never all alive twice.
   * Parameters that the chosen gradient never changes (queries and keys of TinT) come with their old values.
   *
   * @returns tensors of shape `[batch, ...checkpoint shape]`
   */
  updatedWeights(): CheckpointTensor[] {
    return [...groupByTensor(this.#learning)].map(([name, references]) => ({
      name,
      shape: [this.batch, ...sharedShape(references)],
      materialise: () => this.#assemble(references),
    }))
  }

  /**
   * All weights of the adapted model, each made on request: a full checkpoint, in the checkpoint's shapes.
   *
   * @throws InputError when more than one sequence learned, as a checkpoint holds one model
   */
  checkpointTensors(): CheckpointTensor[] {
    this.#checkSingle('save a checkpoint')
    return [...groupByTensor(allParameters(this.inner.description))].map(([name, references]) => ({
      name,
      shape: sharedShape(references),
      materialise: () => tf.tidy(() => tf.squeeze(this.#assemble(references), [0])),
    }))
  }

  /** Frees what was learned. */
  dispose(): void {
    this.#learned.dispose()
  }

  #assemble(references: readonly WeightReference[]): tf.Tensor {
    return assembleTensor(references, (reference) => this.#learned.materialise(reference, this.batch))
  }

  #checkSingle(purpose: string): void {
    if (this.batch === 1) return
    throw new InputError(
      `The step adapted ${this.batch} models, one a sequence; expected one sequence to ${purpose}.`,
    )
  }

  /** The rest is for what runs the model to check. */
  #checkBatch(tokens: TokenInput): void {
    const batch = countSequences(tokens)
    if (batch === this.batch) return
    throw new InputError(
      `The input has ${batch} sequences, but ${this.batch} have learned, each with its own weights; expected ${this.batch}.`,
    )
  }
}
