import {
  type Context,
  type ContextOptions,
  checkContextLength,
  contextsOf,
  type MeasuredText,
  type PerplexityConfiguration,
  type PerplexityPlan,
  planPerplexity,
  settingsRecord,
  tokenizeText,
  type Way,
  withoutSpecialTokens,
} from '@tintjs/evaluate'
import { hashTokens } from '@tintjs/evaluate/node'
import {
  checkVocabulary,
  describeInnerModel,
  type InnerModel,
  type InnerModelDescription,
  loadTokenizer,
  type Tokenizer,
} from '@tintjs/inner'
import { hashModel } from '@tintjs/inner/node'
import type { EngineDescription } from '@tintjs/tensor'
import { beginOfTextId } from '../begin-of-text'
import { adapters } from '../families'
import { modelSource } from '../models'
import { fetchText } from '../texts'
import type { PerplexityCommandOptions } from './options'

/** Everything that is decided before a model is loaded. */
export interface Measurement {
  readonly plan: PerplexityPlan
  readonly description: InnerModelDescription
  readonly data: Omit<MeasuredText, 'file'>
  readonly tokenizer: Tokenizer
  readonly choice: Pick<
    PerplexityConfiguration,
    'stride' | 'beginOfText' | 'specialTokens' | 'contexts' | 'limit'
  >
}

/**
 * Reads and checks all that a measurement needs but the weights: the text, the tokenizer, the model's headers.
 *
 * @throws InputError, CheckpointError or ConfigError naming what is wrong
 */
export async function prepareMeasurement(options: PerplexityCommandOptions): Promise<Measurement> {
  const file = await fetchText(options.text, options.column)
  const source = await modelSource(options.model)
  const { description } = await describeInnerModel(source, { adapters: adapters() })
  checkContextLength(description, options.context)
  const tokenizer = await loadTokenizer(source)
  checkVocabulary(tokenizer, description)
  const reading = options.specialTokens ? tokenizer : await loadTokenizer(withoutSpecialTokens(source))
  const tokens = tokenizeText(reading, file.text)
  const beginOfText = options.bos ? beginOfTextId(tokenizer, options.model) : undefined
  const cut: ContextOptions = {
    context: options.context,
    stride: options.stride,
    beginOfText,
    part: options.contexts,
    limit: options.limit,
  }
  const { contexts, available } = contextsOf(tokens, cut)
  const plan = planPerplexity(description, contexts, {
    trainFractions: options.trainFraction,
    learningRates: options.learningRate,
    rates: options.rates,
    // Unknown ones are for the package to refuse.
    ways: options.ways as Way[] | undefined,
    gradient: {
      lossGradient: options.lossGradient,
      derivative: options.derivative,
      compatibility: options.compatibility,
    },
    chunks: options.chunks,
    steps: options.steps,
    layers: options.layers,
    updateNormWeights: options.updateNormWeights,
    batch: options.batch,
  })
  return {
    plan,
    description,
    tokenizer,
    data: {
      sha256: file.sha256,
      contexts: contexts.length,
      tokens: contexts.reduce((total, { tokens: own, firstNew }) => total + own.length - firstNew, 0),
      bytes: sumOfNew(contexts, ({ byteLengths }) => byteLengths),
      words: sumOfNew(contexts, ({ wordStarts }) => wordStarts),
      fileContexts: available,
      fileTokens: tokens.ids.length,
      fileBytes: file.bytes,
      fileWords: tokens.wordStarts.reduce((sum, count) => sum + count, 0),
    },
    choice: {
      stride: options.stride ?? (beginOfText === undefined ? options.context : options.context - 1),
      beginOfText: beginOfText ?? null,
      specialTokens: options.specialTokens ?? false,
      contexts: options.contexts ?? [0, 1],
      limit: options.limit ?? null,
    },
  }
}

/** Over the tokens that no context before has. */
function sumOfNew(contexts: readonly Context[], values: (context: Context) => Int32Array): number {
  const sum = (total: number, value: number) => total + value
  return contexts.reduce(
    (total, context) => total + values(context).subarray(context.firstNew).reduce(sum, 0),
    0,
  )
}

/** All that decides about the samples, the loaded model and the engine included. */
export async function configurationOf(
  { plan, data, choice }: Measurement,
  model: InnerModel,
  engine: Pick<EngineDescription, 'name' | 'threads'>,
): Promise<PerplexityConfiguration> {
  return {
    ...choice,
    ...settingsRecord(plan.settings),
    format: 2,
    modelHash: await hashModel(model),
    textSha256: data.sha256,
    tokensSha256: hashTokens(plan.contexts),
    engine: engine.name,
    threads: engine.threads,
  }
}
