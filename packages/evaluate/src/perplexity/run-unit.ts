import { type InnerModel, scoreTokens } from '@tintjs/inner'
import { trainingStep } from '@tintjs/simulate'
import { NotFiniteError } from '@tintjs/tensor'
import type { UnitOptions } from '../run/evaluation-plan'
import type { Context } from '../text/contexts'
import type { Sample } from './sample'
import { type PerplexitySettings, trainLengthOf } from './settings'
import type { Task, Unit } from './unit'

type LearningTask = Exclude<Task, { way: 'inner' }>

/**
 * Computes the samples of a unit. Every tensor is freed; the model stays the caller's.
 *
 * @throws NotFiniteError when the model itself predicts no finite numbers
 */
export async function runUnit(
  model: InnerModel,
  { contexts, task }: Unit,
  settings: PerplexitySettings,
  { signal, onShare }: UnitOptions = {},
): Promise<Sample[]> {
  signal?.throwIfAborted()
  if (task.way === 'inner') return scoreContexts(model, contexts, settings, signal)
  try {
    return await learnContexts(model, contexts, task, settings, signal, onShare)
  } catch (error) {
    if (!(error instanceof NotFiniteError)) throw error
    return learnEach(model, contexts, task, settings, signal)
  }
}

/** One forward, whose losses serve all fractions. */
async function scoreContexts(
  model: InnerModel,
  contexts: readonly Context[],
  { context, trainFractions }: PerplexitySettings,
  signal: AbortSignal | undefined,
): Promise<Sample[]> {
  const scores = await scoreTokens(
    model,
    contexts.map(({ tokens }) => tokens),
    { signal },
  )
  return contexts.flatMap((scored, index) => {
    const tokenLosses = scores[index]?.tokenLosses ?? new Float32Array()
    if (!tokenLosses.every(Number.isFinite)) {
      throw new NotFiniteError(
        `A loss of context ${scored.id} is not a finite number although nothing was learned: the checkpoint holds ` +
          'numbers that are not finite or far too large; check it.',
      )
    }
    return trainFractions.map((trainFraction) => {
      const trainLength = trainLengthOf(trainFraction, context)
      // The first loss is token 1's.
      const losses = tokenLosses.subarray(firstTested(scored, trainLength) - 1)
      return sampleOf(scored, { way: 'inner', trainFraction, learningRate: null }, trainLength, losses)
    })
  })
}

async function learnContexts(
  model: InnerModel,
  contexts: readonly Context[],
  task: LearningTask,
  settings: PerplexitySettings,
  signal: AbortSignal | undefined,
  onShare?: UnitOptions['onShare'],
): Promise<Sample[]> {
  const { context, gradients, chunks, steps, layers, updateNormWeights } = settings
  const trainLength = trainLengthOf(task.trainFraction, context)
  const step = await trainingStep(
    model,
    contexts.map(({ tokens }) => tokens),
    {
      trainLength,
      learningRate: task.learningRate,
      gradient: gradients[task.way],
      chunks,
      steps,
      layers,
      updateNormWeights,
      testMask: testMaskOf(contexts, trainLength),
      // What the model predicts without learning is scored once, for all rates.
      scoreBefore: false,
      signal,
      onProgress: ({ done, total }) => onShare?.(done / total),
    },
  )
  step.dispose()
  return contexts.map((learned, index) =>
    sampleOf(learned, task, trainLength, step.sequences[index]?.tokenLossesAfter ?? new Float32Array()),
  )
}

/**
 * One by one, so that a context at which a rate is far too high does not take the others with it.
 *
 * @throws NotFiniteError when the model itself predicts no finite numbers
 */
async function learnEach(
  model: InnerModel,
  contexts: readonly Context[],
  task: LearningTask,
  settings: PerplexitySettings,
  signal: AbortSignal | undefined,
): Promise<Sample[]> {
  const samples: Sample[] = []
  for (const context of contexts) {
    try {
      samples.push(...(await learnContexts(model, [context], task, settings, signal)))
    } catch (error) {
      if (!(error instanceof NotFiniteError)) throw error
      // Fails where the model predicts no finite numbers before it learns: no rate explains that.
      await scoreContexts(model, [context], settings, signal)
      samples.push(sampleOf(context, task, trainLengthOf(task.trainFraction, settings.context), undefined))
    }
  }
  return samples
}

/** The first token of a context that is tested: of tokens that two windows have, only the first window's are. */
function firstTested({ firstNew }: Context, trainLength: number): number {
  return Math.max(firstNew, trainLength)
}

/** `[batch][N]`, 1 where a token may be tested; undefined where that is all after the learned ones. */
function testMaskOf(contexts: readonly Context[], trainLength: number): number[][] | undefined {
  if (contexts.every(({ firstNew }) => firstNew <= trainLength)) return undefined
  return contexts.map(({ tokens, firstNew }) => Array.from(tokens, (_, token) => (token >= firstNew ? 1 : 0)))
}

/** @param losses of the test tokens in nats; undefined where they are no finite numbers */
function sampleOf(
  context: Context,
  { way, trainFraction, learningRate }: Pick<Sample, 'way' | 'trainFraction' | 'learningRate'>,
  trainLength: number,
  losses: Float32Array | undefined,
): Sample {
  const start = firstTested(context, trainLength)
  const { id, byteLengths, wordStarts } = context
  return {
    sample: id,
    way,
    trainFraction,
    learningRate,
    negativeLogLikelihood: losses === undefined ? null : sum(losses),
    tokens: byteLengths.length - start,
    bytes: sum(byteLengths.subarray(start)),
    words: sum(wordStarts.subarray(start)),
  }
}

function sum(values: Float32Array | Int32Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}
