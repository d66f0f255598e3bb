import type { GradientChoice, InnerModel } from '@tintjs/inner'
import { type AdaptedModel, trainingStep } from '@tintjs/simulate'
import { type DemonstrationContext, type Loss, maskOf, trainingTargets } from './context'
import type { TokenizedQuestion } from './tokenized'

/** How to learn from a context. */
export interface LearningOptions {
  readonly learningRate: number
  readonly gradient: GradientChoice
  readonly steps: number
  readonly layers: number
  readonly updateNormWeights: boolean
  readonly signal?: AbortSignal | undefined
  /** Told the share that is done, from 0 to 1. */
  readonly onShare?: ((share: number) => void) | undefined
}

/**
 * Learns from demonstrations, once for all questions: in a causal model no question has any influence on it.
 *
 * @param context at least one demonstration
 * @returns a model of a batch of one, which the caller disposes
 * @throws NotFiniteError when the rate is far too high
 */
export async function learnDemonstrations(
  model: InnerModel,
  context: DemonstrationContext,
  loss: Loss,
  options: LearningOptions,
): Promise<AdaptedModel> {
  const count = context.tokens.length
  // A step tests what comes after what it learns: any token will do, for itself.
  const tokens = Int32Array.from([...context.tokens, context.tokens[count - 1] ?? 0])
  const { onShare, ...others } = options
  const step = await trainingStep(model, tokens, {
    ...others,
    ...(context.arrangement === 'separate' ? maskOf(context, 'itself', count + 1) : {}),
    trainLength: count,
    trainMask: [...trainingTargets(context, loss), 0],
    scoreBefore: false,
    onProgress: ({ done, total }) => onShare?.(done / total),
  })
  return step.model
}

/**
 * Learns from each question's own text, without any demonstration: every question for itself.
 *
 * @returns a model of as many sequences as there are questions, which the caller disposes
 */
export async function learnQuestions(
  model: InnerModel,
  questions: readonly TokenizedQuestion[],
  beginOfText: number | undefined,
  options: LearningOptions,
): Promise<AdaptedModel> {
  const begin = beginOfText === undefined ? [] : [beginOfText]
  const contexts = questions.map(({ answers }) => [...begin, ...(answers[0]?.context ?? [])])
  const length = Math.max(...contexts.map((context) => context.length)) + 1
  const sequences = contexts.map((context) => {
    const sequence = new Int32Array(length)
    sequence.set(context)
    return sequence
  })
  const { onShare, ...others } = options
  const step = await trainingStep(model, sequences, {
    ...others,
    trainLength: contexts.map((context) => context.length),
    // A step tests what comes after what it learns: any token will do.
    testMask: contexts.map((context) => sequenceMask(length, context.length)),
    scoreBefore: false,
    onProgress: ({ done, total }) => onShare?.(done / total),
  })
  return step.model
}

function sequenceMask(length: number, at: number): Uint8Array {
  return new Uint8Array(length).fill(1, at, at + 1)
}
