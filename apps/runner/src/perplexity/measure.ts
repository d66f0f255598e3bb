import { basename } from 'node:path'
import {
  type ContextExample,
  exampleContexts,
  htmlReport,
  type PerplexityReport,
  perplexityConfigurationForm,
  perplexityReport,
  type RecipeFacts,
  type Sample,
} from '@tintjs/evaluate'
import type { InnerModel } from '@tintjs/inner'
import type { EngineDescription } from '@tintjs/tensor'
import { interruption } from '../interruption'
import { RunProgress } from '../output/run-progress'
import { openRunFolder, type RunFolder } from '../run-folder'
import { takeSamples } from '../take-samples'
import { versionsOf } from '../versions'
import { openUnits } from '../workers/units'
import { workerCount } from '../workers/worker-count'
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
  const { model: name, text } = options
  const { context: length, batch } = plan.settings
  const count = workerCount(options.workers, { plan, description: model.description, length, batch }, engine)
  const threads = count === 1 ? engine.threads : 1
  const configuration = await configurationOf(measurement, model, { name: engine.name, threads })
  const folder = await openRunFolder(
    options,
    { form: perplexityConfigurationForm, configuration, counted: 'contexts' },
    plan,
  )
  const progress = new RunProgress('perplexity', 'contexts')
  const tellStop = () => process.stderr.write(`tint: ${folder.whatIsKept(progress.done)}\n`)
  interruption.signal.addEventListener('abort', tellStop, { once: true })
  try {
    const units = await openUnits(plan, model, {
      count,
      configuration,
      configurationForm: perplexityConfigurationForm,
      module: new URL('./perplexity-units.js', import.meta.url),
      data: { ...options, engine: engine.name },
      signal: interruption.signal,
    })
    const samples = await takeSamples(plan, units, folder, progress)
    const facts = {
      model: name,
      data: { ...data, file: basename(text) },
      recipe,
      configuration,
      versions: versionsOf(engine),
    }
    const report = perplexityReport(facts, samples)
    if (folder.path !== undefined) {
      const examples = await exampleContexts(model, plan, samples, { tokenizer, signal: interruption.signal })
      await writeReport(folder, report, examples)
    }
    return { report, samples }
  } finally {
    interruption.signal.removeEventListener('abort', tellStop)
    progress.finish()
    await folder.close()
  }
}

async function writeReport(
  folder: RunFolder<Sample>,
  report: PerplexityReport,
  examples: readonly ContextExample[],
): Promise<void> {
  interruption.signal.throwIfAborted()
  await folder.write(report, htmlReport(report, examples))
}
