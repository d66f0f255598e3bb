import type { InnerModelDescription } from '@tintjs/inner'
import { derivativeText, exact, type GradientChoice, type TintOptions, tint } from '@tintjs/simulate'
import { InputError } from '@tintjs/tensor'
import { automaticBatch } from './batch-size'
import { type ChosenRate, checkRatesOf } from './rates'
import { type Way, ways } from './sample'

/** The choices of a measurement of perplexity. */
export interface PerplexityOptions {
  /** Shares of the context to learn from, each above 0 and below 1; `n = floor(fraction * context)`. */
  readonly trainFractions: readonly number[]
  /** Rates of plain SGD on the summed loss, 0 or more; needed by every way but `inner`. */
  readonly learningRates?: readonly number[] | undefined
  /** In the place of `learningRates`: one for each way that learns and each fraction, as `chooseRates` gives them. */
  readonly rates?: readonly ChosenRate[] | undefined
  /** Default all three. */
  readonly ways?: readonly Way[] | undefined
  /** TinT's approximations; the loss gradient holds for `exact` too. Default as `tint()` of `@tintjs/simulate`. */
  readonly gradient?: TintOptions | undefined
  /** Into how many parts what is learned is cut, each learned with what those before have taught; default 1. */
  readonly chunks?: number | undefined
  /** Rounds of forward, backward and descent, on each part; default 1. */
  readonly steps?: number | undefined
  /** How many of the last blocks learn; default all. */
  readonly layers?: number | undefined
  /** Whether scales of norms learn too; default false. */
  readonly updateNormWeights?: boolean | undefined
  /** Contexts that are computed at once; default `auto`, see `automaticBatch`. */
  readonly batch?: number | 'auto' | undefined
}

/** {@link PerplexityOptions} checked, with all defaults filled in and lists sorted, each value once. */
export interface PerplexitySettings {
  /** Tokens in a context, `N`. */
  readonly context: number
  readonly ways: readonly Way[]
  readonly trainFractions: readonly number[]
  readonly learningRates: readonly number[]
  /** Of each way and fraction, where not all are tried for all. */
  readonly rates?: readonly ChosenRate[] | undefined
  /** For each way that learns. */
  readonly gradients: { readonly exact: GradientChoice; readonly tint: GradientChoice }
  readonly chunks: number
  readonly steps: number
  readonly layers: number
  readonly updateNormWeights: boolean
  readonly batch: number
}

/** The settings as JSON, under the names that people know from the options. */
export interface SettingsRecord {
  readonly context: number
  readonly ways: readonly Way[]
  readonly trainFractions: readonly number[]
  readonly learningRates: readonly number[]
  readonly rates: readonly ChosenRate[] | null
  readonly lossGradient: string
  readonly derivative: string
  readonly attentionGradient: string
  readonly compatibility: string | null
  readonly chunks: number
  readonly steps: number
  readonly layers: number
  readonly updateNormWeights: boolean
  readonly batch: number
}

/**
 * Checks the choices of a measurement.
 *
 * @param context tokens in a context
 * @throws InputError naming the first thing that is wrong
 */
export function checkSettings(
  description: InnerModelDescription,
  context: number,
  options: PerplexityOptions,
): PerplexitySettings {
  const { gradient = {}, batch = 'auto' } = options
  const chosenWays = checkWays(options.ways ?? ways)
  checkContextLength(description, context)
  const trainFractions = checkFractions(options.trainFractions, context)
  return {
    context,
    ways: chosenWays,
    trainFractions,
    learningRates: checkRates(
      options.rates?.map(({ learningRate }) => learningRate) ?? options.learningRates ?? [],
      chosenWays,
    ),
    rates: options.rates && checkRatesOf(options.rates, chosenWays, trainFractions),
    gradients: { exact: exact({ lossGradient: gradient.lossGradient }), tint: tint(gradient) },
    chunks: checkChunks(options.chunks ?? 1, options.trainFractions, context),
    steps: checkCount('The number of steps', options.steps ?? 1, 1_000_000),
    layers: checkCount(
      'The number of layers that learn',
      options.layers ?? description.blocks.length,
      description.blocks.length,
    ),
    updateNormWeights: options.updateNormWeights ?? false,
    batch:
      batch === 'auto'
        ? automaticBatch(description, context)
        : checkCount('The batch', batch, Number.MAX_SAFE_INTEGER),
  }
}

/** What decides about the numbers, to be kept with them. */
export function settingsRecord(settings: PerplexitySettings): SettingsRecord {
  const { gradients, ...others } = settings
  return {
    ...others,
    rates: settings.rates ?? null,
    lossGradient: gradients.tint.lossGradient,
    derivative: derivativeText(gradients.tint.derivative),
    attentionGradient: gradients.tint.attentionGradient,
    compatibility: gradients.tint.compatibility ?? null,
  }
}

/** How many tokens of a context come before the test part: tokens `1..n-1` are learned, `n..N-1` are tested. */
export function trainLengthOf(trainFraction: number, context: number): number {
  return Math.floor(trainFraction * context)
}

/** The ways in their order. @throws InputError for one that is not known, and for none */
export function checkWays(given: readonly Way[]): readonly Way[] {
  const unknown = given.find((way) => !ways.includes(way))
  if (unknown !== undefined) {
    throw new InputError(`There is no way ${JSON.stringify(unknown)}; expected some of ${ways.join(', ')}.`)
  }
  if (given.length === 0) throw new InputError(`No way is given; expected some of ${ways.join(', ')}.`)
  return ways.filter((way) => given.includes(way))
}

/**
 * Checks a context's length, also before there are contexts.
 *
 * @throws InputError for less than 3 tokens, and for more than the model has positions
 */
export function checkContextLength(
  { maximumPositions }: Pick<InnerModelDescription, 'maximumPositions'>,
  context: number,
): void {
  if (Number.isInteger(context) && context >= 3 && context <= maximumPositions) return
  throw new InputError(
    `The context is ${context}; expected a whole number from 3 to the model's ${maximumPositions} positions.`,
  )
}

function checkFractions(given: readonly number[], context: number): readonly number[] {
  if (given.length === 0) throw new InputError('No train fraction is given; expected one or more, e.g. 0.5.')
  for (const fraction of given) {
    if (!(fraction > 0 && fraction < 1)) {
      throw new InputError(`The train fraction is ${fraction}; expected a number above 0 and below 1.`)
    }
    const trainLength = trainLengthOf(fraction, context)
    if (trainLength >= 2 && trainLength < context) continue
    throw new InputError(
      `The train fraction ${fraction} of a context of ${context} tokens is ${trainLength} tokens; expected from 2 to ` +
        `${context - 1}, so that there is a token to learn and a token to test.`,
    )
  }
  return sorted(given)
}

function checkChunks(chunks: number, fractions: readonly number[], context: number): number {
  const shortest = Math.min(...fractions)
  const targets = trainLengthOf(shortest, context) - 1
  if (Number.isInteger(chunks) && chunks >= 1 && chunks <= targets) return chunks
  throw new InputError(
    `The number of chunks is ${chunks}; expected a whole number from 1 to ${targets}, the tokens that are learned at the ` +
      `train fraction ${shortest}.`,
  )
}

/** The rates in their order, none where nothing learns. @throws InputError for one that is not valid or missing */
export function checkRates(given: readonly number[], chosenWays: readonly Way[]): readonly number[] {
  const wrong = given.find((rate) => !(Number.isFinite(rate) && rate >= 0))
  if (wrong !== undefined) {
    throw new InputError(`The learning rate is ${wrong}; expected a finite number of at least 0.`)
  }
  const learning = chosenWays.filter((way) => way !== 'inner')
  if (learning.length > 0 && given.length === 0) {
    throw new InputError(`No learning rate is given; ${learning.join(' and ')} need one or more, e.g. 3e-4.`)
  }
  return learning.length === 0 ? [] : sorted(given)
}

/** @throws InputError unless the value is a whole number in the range */
export function checkCount(name: string, value: number, largest: number, least = 1): number {
  if (Number.isInteger(value) && value >= least && value <= largest) return value
  const most = largest === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${largest}`
  throw new InputError(`${name} is ${value}; expected a whole number ${most}.`)
}

function sorted(values: readonly number[]): readonly number[] {
  return [...new Set(values)].sort((left, right) => left - right)
}
