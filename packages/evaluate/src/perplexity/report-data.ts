import type { MaybeSharded } from '../run/shard'
import { aggregate, type BestOfFraction, bestRates, type PerplexityResult } from './aggregate'
import type { PerplexityConfiguration } from './configuration'
import type { Sample } from './sample'

/** The text that was measured on. */
export interface MeasuredText {
  readonly file: string
  /** Of the text; of a text file that is the file's. */
  readonly sha256: string
  /** Contexts that were used. */
  readonly contexts: number
  /** Tokens in them, learned ones included; one that several contexts have counts once. */
  readonly tokens: number
  /** UTF-8 bytes of their text. */
  readonly bytes: number
  /** Words that begin in it: what stands between spaces, tabs and line breaks. */
  readonly words: number
  /** Contexts in the whole file; the tokens after the last one are dropped. */
  readonly fileContexts: number
  readonly fileTokens: number
  readonly fileBytes: number
  readonly fileWords: number
}

/** A recipe, and what came out of the validation text that its rates were chosen on. */
export interface RecipeFacts {
  readonly name: string
  readonly description: string
  readonly validation: MeasuredText
  /** Its best rates, which the measurement used, with the gains that they had there. */
  readonly best: readonly BestOfFraction[]
}

/** All that a run found out, as `results.json` holds it. */
export interface PerplexityReport {
  readonly model: string
  readonly data: MeasuredText
  /** Where the rates were chosen on another text by a recipe. */
  readonly recipe?: RecipeFacts | undefined
  readonly results: readonly PerplexityResult[]
  readonly best: readonly BestOfFraction[]
  readonly configuration: MaybeSharded<PerplexityConfiguration>
  /** Of the programs that computed, by name. */
  readonly versions: Readonly<Record<string, string>>
  /** The commit of the working folder; null where that was none of a git repository. */
  readonly gitRevision: string | null
  readonly engine: string
  readonly modelHash: string
}

/** What a report says beside the numbers that come from samples. */
export type ReportFacts = Pick<
  PerplexityReport,
  'model' | 'data' | 'recipe' | 'configuration' | 'versions' | 'gitRevision'
>

/** Puts a report together from the samples of a run. */
export function perplexityReport(
  { model, data, recipe, configuration, versions, gitRevision }: ReportFacts,
  samples: readonly Sample[],
): PerplexityReport {
  return {
    model,
    data,
    ...(recipe && { recipe }),
    results: aggregate(samples),
    best: bestRates(samples),
    configuration,
    versions,
    gitRevision,
    engine: configuration.engine,
    modelHash: configuration.modelHash,
  }
}
