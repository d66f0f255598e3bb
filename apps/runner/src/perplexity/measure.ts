import { basename } from 'node:path'
import {
  exampleContexts,
  htmlReport,
  type PerplexityConfiguration,
  type PerplexityReport,
  perplexityConfigurationForm,
  perplexityReport,
  type RecipeFacts,
  type Sample,
} from '@tintjs/evaluate'
import { outputFiles } from '@tintjs/evaluate/node'
import type { InnerModel } from '@tintjs/inner'
import type { EngineDescription } from '@tintjs/tensor'
import { gitRevision } from '../git-revision'
import { interruption } from '../interruption'
import { packageVersion } from '../package-version'
import { type Evaluation, runEvaluation } from '../run/run-evaluation'
import { versionsOf } from '../versions'
import { configurationOf, type Measurement } from './measurement'
import type { PerplexityCommandOptions } from './options'

/** A prepared measurement, or several; the model stays the caller's. */
export type Measuring = (model: InnerModel, engine: EngineDescription) => Promise<PerplexityReport>

/** What a measurement has found. */
export interface Measured {
  readonly report: PerplexityReport
  readonly samples: readonly Sample[]
}

/**
 * Runs a measurement, or what is left of it, with progress, and keeps it where the options say.
 *
 * @param model stays the caller's
 * @param recipe what the rates were chosen by, for the report
 */
export async function measure(
  measurement: Measurement,
  model: InnerModel,
  engine: EngineDescription,
  options: PerplexityCommandOptions,
  recipe?: RecipeFacts,
): Promise<Measured> {
  const { plan, data, tokenizer } = measurement
  let taken: readonly Sample[] = []
  const report = await runEvaluation(
    evaluationOf(measurement, options),
    { model, engine },
    options,
    (threads) => configurationOf(measurement, model, { name: engine.name, threads }),
    async ({ samples, configuration }) => {
      taken = samples
      const file = { ...data, file: basename(options.text) }
      const facts = {
        ...{ model: options.model, data: file, recipe, configuration },
        versions: versionsOf(engine),
        gitRevision: await gitRevision(),
      }
      const found = perplexityReport(facts, samples)
      if (options.output === undefined) return { report: found }
      const examples = await exampleContexts(model, plan, samples, { tokenizer, signal: interruption.signal })
      const files = {
        [outputFiles.examples]: `${JSON.stringify(examples)}\n`,
        [outputFiles.report]: htmlReport(found, examples),
      }
      return { report: found, files }
    },
  )
  return { report, samples: taken }
}

/** A measurement as something to run, here or elsewhere. */
export function evaluationOf(
  { plan }: Measurement,
  options: PerplexityCommandOptions,
): Evaluation<Sample, PerplexityConfiguration> {
  return {
    command: 'perplexity',
    counted: 'contexts',
    plan,
    length: plan.settings.context,
    batch: plan.settings.batch,
    configurationForm: perplexityConfigurationForm,
    module: new URL('./perplexity-units.js', import.meta.url),
    data: options,
    version: packageVersion(),
  }
}
