import * as z from 'zod'
import type { ConfigurationForm } from '../run/configuration-form'
import { ways } from './sample'
import type { SettingsRecord } from './settings'

/** Everything that decides about the samples of a run, in the order in which differences are told. */
export interface PerplexityConfiguration extends SettingsRecord {
  /** Of the form of `samples.jsonl`. */
  readonly format: 2
  /** SHA-256 of the model's layers and weights, see `hashModel` of `@tintjs/inner/node`. */
  readonly modelHash: string
  /** SHA-256 of the text file. */
  readonly textSha256: string
  /** SHA-256 of the token ids of the contexts that are used. */
  readonly tokensSha256: string
  /** How many tokens of the text one context begins after the other. */
  readonly stride: number
  /** The id in front of each context, or null. */
  readonly beginOfText: number | null
  /** Whether special tokens that the text spells out are read as such. */
  readonly specialTokens: boolean
  /** Which contexts are used, as shares of the text. */
  readonly contexts: readonly [from: number, to: number]
  /** How many of them at most, or null. */
  readonly limit: number | null
  /** The engine's name. Engines differ in the last digits. */
  readonly engine: string
  /** Threads of each process. More than two may differ in the last digits from fewer. */
  readonly threads: number
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** In the order in which differences are told: what people choose first. */
export const perplexityConfigurationForm: ConfigurationForm<PerplexityConfiguration> = z.strictObject({
  format: z.literal(2),
  modelHash: sha256,
  textSha256: sha256,
  context: z.int(),
  stride: z.int(),
  contexts: z.tuple([z.number(), z.number()]),
  /** Whole, but any size will do for no limit: `z.int` ends at 2^53. */
  limit: z.number().nullable(),
  beginOfText: z.int().nullable(),
  specialTokens: z.boolean(),
  tokensSha256: sha256,
  ways: z.array(z.enum(ways)),
  trainFractions: z.array(z.number()),
  learningRates: z.array(z.number()),
  rates: z
    .array(
      z.strictObject({ way: z.enum(['exact', 'tint']), trainFraction: z.number(), learningRate: z.number() }),
    )
    .nullable(),
  lossGradient: z.string(),
  derivative: z.string(),
  attentionGradient: z.string(),
  compatibility: z.string().nullable(),
  chunks: z.int(),
  steps: z.int(),
  layers: z.int(),
  updateNormWeights: z.boolean(),
  batch: z.int(),
  engine: z.string(),
  threads: z.int(),
})
