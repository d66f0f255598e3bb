import type { ChosenRate } from '@tintjs/evaluate'
import { InvalidArgumentError } from 'commander'
import { type AdapterOptions, type EngineOptions, parseNumber } from '../command-options'
import { UsageError } from '../failures'
import { type ApproximationOptions, checkApproximations } from '../gradient-options'
import { checkRunOptions, type RunOptions } from '../run/run-options'

/** The options of one measurement. */
export interface PerplexityCommandOptions
  extends EngineOptions,
    AdapterOptions,
    ApproximationOptions,
    RunOptions {
  readonly model: string
  readonly text: string
  readonly column?: string
  readonly context: number
  readonly trainFraction: number[]
  readonly learningRate?: number[]
  /** Which a recipe has chosen, in the place of the rates to try. */
  readonly rates?: readonly ChosenRate[]
  readonly ways?: string[]
  readonly contexts?: [from: number, to: number]
  readonly limit?: number
  readonly bos?: true
  readonly specialTokens?: true
  readonly stride?: number
  readonly chunks?: number
  readonly steps?: number
  readonly layers?: number
  readonly updateNormWeights?: true
}

/** The options of `tint perplexity` as they are given: a recipe has what is missing. */
export interface GivenOptions extends Omit<PerplexityCommandOptions, 'context' | 'trainFraction' | 'rates'> {
  readonly context?: number
  readonly trainFraction?: number[]
  readonly recipe?: string
  readonly validation?: string
}

/** The options of a measurement without a recipe. @throws UsageError for what is missing or does not go together */
export function wholeOptions(given: GivenOptions): PerplexityCommandOptions {
  checkOptions(given)
  const { context, trainFraction, recipe: _, validation, ...others } = given
  if (validation !== undefined) {
    throw new UsageError('--validation is the text that a recipe chooses rates on; name one with --recipe.')
  }
  if (context !== undefined && trainFraction !== undefined) return { ...others, context, trainFraction }
  const missing = [
    ...(context === undefined ? ['--context <tokens>'] : []),
    ...(trainFraction === undefined ? ['--train-fraction <list>'] : []),
  ]
  throw new UsageError(
    `missing the required ${missing.length === 1 ? 'option' : 'options'} ${missing.join(', ')}; a --recipe has ${missing.length === 1 ? 'it' : 'them'}.`,
  )
}

/** @throws UsageError for options that do not go together */
export function checkOptions(options: GivenOptions): void {
  checkRunOptions(options)
  const { recipe, shard, queue } = options
  if (recipe !== undefined && (shard !== undefined || queue !== undefined)) {
    throw new UsageError(
      '--recipe measures two texts, the second with what the first has found, and --shard and --queue share one out; ' +
        'measure each text by itself, or use --workers.',
    )
  }
  checkApproximations(options, options.ways)
}

/** Reads `FROM:TO`. Whether it is in range is for the package to say. */
export function parsePart(text: string): [from: number, to: number] {
  const [from, to, ...rest] = text.split(':')
  if (from === undefined || to === undefined || rest.length > 0) {
    throw new InvalidArgumentError(`"${text}" is not FROM:TO; expected two shares of the text such as 0:0.2.`)
  }
  return [parseNumber(from), parseNumber(to)]
}
