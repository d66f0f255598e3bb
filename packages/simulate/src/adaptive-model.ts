import type * as tf from '@tensorflow/tfjs-core'
import {
  checkInputs,
  checkTokens,
  type Generated,
  type GenerateOptions,
  type GradientChoice,
  type InnerModel,
  LearnedParameters,
  predictionRows,
  tint,
} from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'
import { AdaptedModel } from './adapted-model'
import { learningParameters } from './learning-parameters'
import { forwardFrozen, forwardLearning, type LearningForward, learningPass, splitLayers } from './passes'
import { badCheckpoint, learnFrom, rateTooHigh, testLosses } from './round'
import { checkGradient, checkLayers, checkLearningRate, type StepPlan } from './step-plan'

/** The choices of a model that learns while it reads. */
export interface AdaptiveModelOptions {
  /** The rate of plain SGD on the summed loss of each piece. */
  readonly learningRate: number
  /** Default {@link tint}. */
  readonly gradient?: GradientChoice | undefined
  /** How many of the last blocks learn (the final norm always does); default all. */
  readonly layers?: number | undefined
  /** Whether scales of norms learn too; default false. */
  readonly updateNormWeights?: boolean | undefined
  /**
   * How many tokens are predicted before they are learned from; below `contextLength`, so that each piece follows a
   * token that it is predicted from. Default 32, or less where that is not below.
   */
  readonly pieceLength?: number | undefined
  /** How many tokens a piece and what came before it may have together; default, and at most, the model's positions. */
  readonly contextLength?: number | undefined
}

/** How well a text was predicted while it was read. */
export interface ReadResult {
  /** Mean of `tokenLosses`, in nats; not a number where nothing could be predicted. */
  readonly loss: number
  /** In nats, one for each token read; the very first token of all has none, so that there is one less. */
  readonly tokenLosses: Float32Array
}

/** {@link AdaptiveModelOptions} with defaults filled in. */
export type AdaptiveSettings = {
  readonly [Name in keyof AdaptiveModelOptions]-?: NonNullable<AdaptiveModelOptions[Name]>
}

/**
 * A model that takes a text piece by piece: it predicts each piece, then learns from it (dynamic evaluation of a
 * stream). Memory stays bounded: learned weights are folded into one copy of the matrices, and only the last tokens
 * are kept as context. Owns what it has learned, not the inner model.
 */
export class AdaptiveModel {
  readonly inner: InnerModel
  readonly settings: AdaptiveSettings
  readonly #learned: LearnedParameters
  #context: Int32Array
  #tokensRead = 0

  /** @throws InputError for options that are not valid */
  constructor(inner: InnerModel, options: AdaptiveModelOptions) {
    this.inner = inner
    this.settings = checkSettings(inner, options)
    this.#learned = new LearnedParameters(inner.weights, () => 'dense')
    this.#context = new Int32Array()
  }

  /** How many tokens were read so far. */
  get tokensRead(): number {
    return this.#tokensRead
  }

  /** The last tokens that were read, which the next piece is predicted from. */
  get context(): Int32Array {
    return this.#context.slice()
  }

  /** What was learned so far, to score, generate and save with. Valid until this model is disposed; not to be disposed. */
  get adapted(): AdaptedModel {
    return new AdaptedModel(this.inner, this.#learned, learningParameters(this.inner, this.settings), 1)
  }

  /** The learned parameters, for saving and restoring a state. */
  get learned(): LearnedParameters {
    return this.#learned
  }

  /**
   * Reads tokens: predicts each piece from what came before it, then learns from it.
   *
   * @param tokens `[N]`, any number of them
   * @throws InputError for ids outside the vocabulary; NotFiniteError when a loss is not a finite number. Pieces that
   *   were read before a failure or a stop stay learned.
   */
  async read(tokens: ArrayLike<number>, { signal }: { signal?: AbortSignal } = {}): Promise<ReadResult> {
    if (tokens.length === 0) return { loss: Number.NaN, tokenLosses: new Float32Array() }
    const [checked] = checkTokens(this.inner.description, tokens, 1) as [Int32Array]
    const losses: number[] = []
    for (let start = 0; start < checked.length; start += this.settings.pieceLength) {
      const piece = checked.subarray(start, start + this.settings.pieceLength)
      losses.push(...(await this.#readPiece(piece, signal)))
    }
    const tokenLosses = Float32Array.from(losses)
    return { loss: tokenLosses.reduce((sum, loss) => sum + loss, 0) / tokenLosses.length, tokenLosses }
  }

  /**
   * Continues what was read, or a prompt after it, without learning from it. Looks at as much of what was read as leaves
   * room for `maxNewTokens`, but at least so much that it fills half of the model's positions with the prompt.
   *
   * @param prompt default none
   * @throws InputError when nothing was read and there is no prompt
   */
  async generate(prompt: ArrayLike<number> = [], options: GenerateOptions = {}): Promise<Generated> {
    const { maxNewTokens = 64 } = options
    const { maximumPositions } = this.inner.description
    const whole = [...this.#context, ...Array.from(prompt)]
    const room = Math.max(Math.ceil(maximumPositions / 2), maximumPositions - maxNewTokens)
    return this.adapted.generate(whole.slice(-Math.max(room, prompt.length)), options)
  }

  /** Goes on where a saved model stopped; its weights are restored through {@link learned}. */
  restore(context: Int32Array, tokensRead: number): void {
    this.#context = context.slice()
    this.#tokensRead = tokensRead
  }

  /** Frees what was learned. */
  dispose(): void {
    this.#learned.dispose()
  }

  async #readPiece(piece: Int32Array, signal: AbortSignal | undefined): Promise<Float32Array> {
    const { contextLength } = this.settings
    const before = this.#context.subarray(Math.max(0, this.#context.length - (contextLength - piece.length)))
    const whole = Int32Array.from([...before, ...piece])
    const losses =
      whole.length < 2 ? new Float32Array() : await this.#predictAndLearn(whole, before.length, signal)
    this.#context = whole.slice(Math.max(0, whole.length - contextLength))
    this.#tokensRead += piece.length
    return losses
  }

  /** Predicts the tokens from `start` on, then learns from them. @returns their losses before learning */
  async #predictAndLearn(
    tokens: Int32Array,
    start: number,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    const plan = this.#planPiece(tokens, start)
    const { frozen, learning } = splitLayers(this.inner, plan.layers)
    const pass = learningPass(this.inner, plan, this.#learned)
    const stopWhenAsked = () => signal?.throwIfAborted()
    let entry: tf.Tensor3D | undefined
    let forward: LearningForward | undefined
    try {
      entry = await forwardFrozen(this.inner, plan, frozen, pass, stopWhenAsked)
      forward = await forwardLearning(this.inner, entry, learning, pass, true, stopWhenAsked)
      const cause = this.#tokensRead === 0 ? badCheckpoint : rateTooHigh(plan.learningRate)
      const [losses] = await testLosses(this.inner, forward.headInput, plan, cause, signal)
      // From here on nothing stops: a piece is learned as a whole.
      await learnFrom(this.inner, forward, pass, plan, () => {})
      return losses ?? new Float32Array()
    } finally {
      forward?.dispose()
      pass.attention.dispose()
      entry?.dispose()
    }
  }

  #planPiece(tokens: Int32Array, start: number): StepPlan {
    const { gradient, learningRate, layers, updateNormWeights } = this.settings
    const inputs = checkInputs(this.inner.description, tokens)
    const predictions = predictionRows(inputs, [0], (_, t) => t >= Math.max(1, start))
    return {
      inputs,
      gradient,
      learningRate,
      layers,
      updateNormWeights,
      steps: 1,
      scoreBefore: true,
      keepLogits: false,
      train: predictions,
      test: [predictions],
      learnedPositions: tokens.length - 1,
      scoredPositions: tokens.length,
    }
  }
}

function checkSettings({ description }: InnerModel, options: AdaptiveModelOptions): AdaptiveSettings {
  const { maximumPositions, blocks } = description
  const contextLength = options.contextLength ?? maximumPositions
  if (!Number.isInteger(contextLength) || contextLength < 2 || contextLength > maximumPositions) {
    throw new InputError(
      `contextLength is ${contextLength}; expected a whole number from 2 to the model's ${maximumPositions} positions.`,
    )
  }
  const pieceLength = options.pieceLength ?? Math.min(32, contextLength - 1)
  if (!Number.isInteger(pieceLength) || pieceLength < 1 || pieceLength >= contextLength) {
    throw new InputError(
      `pieceLength is ${pieceLength}; expected a whole number of at least 1 and below the context length ${contextLength}.`,
    )
  }
  return {
    learningRate: checkLearningRate(options.learningRate),
    gradient: checkGradient(options.gradient ?? tint()),
    layers: checkLayers(options.layers, blocks.length),
    updateNormWeights: options.updateNormWeights ?? false,
    pieceLength,
    contextLength,
  }
}
