import { type InnerModel, spelledBytes, type Tokenizer } from '@tintjs/inner'
import { trainingStep } from '@tintjs/simulate'
import * as z from 'zod'
import type { Context } from '../text/contexts'
import { bestRates, type ContextGain, gainsOf } from './aggregate'
import type { PerplexityPlan } from './plan'
import type { Sample, Way } from './sample'
import { trainLengthOf } from './settings'

/** A piece of text: one token, or a few that spell a character together. */
export interface ExamplePiece {
  readonly text: string
  /** Summed over its tokens, in nats. */
  readonly lossBefore: number
  readonly lossAfter: number
}

/** One context, token by token. */
export interface ContextExample {
  /** Why it is shown: of all contexts it gained the most, or its gain is the median. */
  readonly choice: 'largest gain' | 'median gain'
  /** The context's id. */
  readonly sample: number
  readonly way: Exclude<Way, 'inner'>
  readonly trainFraction: number
  readonly learningRate: number
  /** The text that was learned. */
  readonly learned: string
  /** The text that was tested. */
  readonly pieces: readonly ExamplePiece[]
}

const finite = z.number().finite()

/** Examples as `examples.json` of a run's folder holds them. */
export const examplesForm: z.ZodType<readonly ContextExample[]> = z.array(
  z.strictObject({
    choice: z.enum(['largest gain', 'median gain']),
    sample: z.int().min(0),
    way: z.enum(['exact', 'tint']),
    trainFraction: finite,
    learningRate: finite,
    learned: z.string(),
    pieces: z.array(z.strictObject({ text: z.string(), lossBefore: finite, lossAfter: finite })),
  }),
)

/** What examples are made of. */
export interface ExampleOptions {
  /** Gives a token's bytes. */
  readonly tokenizer: Pick<Tokenizer, 'tokenBytes'>
  readonly signal?: AbortSignal | undefined
}

/**
 * The contexts in which learning gained the most and the median, token by token, at TinT's best rate (exact's where
 * TinT was not measured) and the fraction that is nearest to a half. Takes a training step for each.
 *
 * @returns none where the samples do not have the inner model and another way
 */
export async function exampleContexts(
  model: InnerModel,
  plan: PerplexityPlan,
  samples: readonly Sample[],
  options: ExampleOptions,
): Promise<ContextExample[]> {
  const chosen = chooseRate(plan, samples)
  if (chosen === undefined) return []
  const gains = contextGains(samples, chosen)
  const order = [...gains].sort((left, right) => right.gain - left.gain)
  const picks = [
    { choice: 'largest gain', sample: order[0]?.context },
    { choice: 'median gain', sample: order[Math.floor(order.length / 2)]?.context },
  ] as const
  const examples: ContextExample[] = []
  for (const { choice, sample } of picks) {
    const context = plan.contexts.find(({ id }) => id === sample)
    if (context === undefined || examples.some((example) => example.sample === sample)) continue
    examples.push({ choice, ...(await exampleOf(model, plan, context, chosen, options)) })
  }
  return examples
}

type Chosen = Pick<ContextExample, 'way' | 'trainFraction' | 'learningRate'>

function chooseRate({ settings }: PerplexityPlan, samples: readonly Sample[]): Chosen | undefined {
  if (!settings.ways.includes('inner')) return undefined
  const way = settings.ways.includes('tint') ? 'tint' : 'exact'
  const fromHalf = (fraction: number) => Math.abs(fraction - 0.5)
  const best = bestRates(samples)
    .filter((fraction) => fraction[way] !== null)
    .sort((left, right) => fromHalf(left.trainFraction) - fromHalf(right.trainFraction))[0]
  const rate = best?.[way]?.learningRate
  return best === undefined || rate === undefined
    ? undefined
    : { way, trainFraction: best.trainFraction, learningRate: rate }
}

function contextGains(
  samples: readonly Sample[],
  { way, trainFraction, learningRate }: Chosen,
): ContextGain[] {
  const group = (ofWay: Way, rate: number | null) =>
    samples.filter(
      (sample) =>
        sample.way === ofWay && sample.trainFraction === trainFraction && sample.learningRate === rate,
    )
  return gainsOf(group(way, learningRate), group('inner', null)).filter(({ gain }) => Number.isFinite(gain))
}

async function exampleOf(
  model: InnerModel,
  { settings }: PerplexityPlan,
  { id, tokens }: Context,
  chosen: Chosen,
  { tokenizer, signal }: ExampleOptions,
): Promise<Omit<ContextExample, 'choice'>> {
  const trainLength = trainLengthOf(chosen.trainFraction, settings.context)
  const step = await trainingStep(model, tokens, {
    trainLength,
    learningRate: chosen.learningRate,
    gradient: settings.gradients[chosen.way],
    chunks: settings.chunks,
    steps: settings.steps,
    layers: settings.layers,
    updateNormWeights: settings.updateNormWeights,
    signal,
  })
  step.dispose()
  const [losses] = step.sequences
  const tokenBytes = (token: number) => tokenizer.tokenBytes(token)
  return {
    ...chosen,
    sample: id,
    learned: decoder.decode(spelledBytes(tokens.subarray(0, trainLength), tokenBytes)),
    pieces: spell(
      tokens.subarray(trainLength),
      tokenBytes,
      losses?.tokenLossesBefore ?? new Float32Array(),
      losses?.tokenLossesAfter ?? new Float32Array(),
    ),
  }
}

// A byte order mark is text like any other here.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Groups tokens until their bytes are whole characters. */
function spell(
  tokens: Int32Array,
  tokenBytes: (token: number) => Uint8Array,
  lossesBefore: Float32Array,
  lossesAfter: Float32Array,
): ExamplePiece[] {
  const pieces: ExamplePiece[] = []
  let start = 0
  tokens.forEach((_, index) => {
    const next = tokens[index + 1]
    const goesOn = next !== undefined && ((tokenBytes(next)[0] ?? 0) & 0xc0) === 0x80
    if (goesOn) return
    pieces.push({
      text: decoder.decode(spelledBytes(tokens.subarray(start, index + 1), tokenBytes)),
      lossBefore: sum(lossesBefore.subarray(start, index + 1)),
      lossAfter: sum(lossesAfter.subarray(start, index + 1)),
    })
    start = index + 1
  })
  return pieces
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0)
}
