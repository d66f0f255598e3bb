import { basename } from 'node:path'
import {
  type ContextExample,
  exampleContexts,
  htmlReport,
  type PerplexityReport,
  perplexityConfigurationForm,
  perplexityReport,
  type Sample,
} from '@tintjs/evaluate'
import { checkOutputFolder } from '@tintjs/evaluate/node'
import type { InnerModel } from '@tintjs/inner'
import type { EngineDescription } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import type { Command } from 'commander'
import { addEngineOptions, parseNumber, parseNumbers } from '../command-options'
import { addApproximationOptions } from '../gradient-options'
import { interruption } from '../interruption'
import { perplexityText } from '../output/perplexity-text'
import { printJson } from '../output/print'
import { Progress } from '../output/progress'
import { RunProgress } from '../output/run-progress'
import { configurationOf, type Measurement, prepareMeasurement } from '../perplexity/measurement'
import { checkOptions, type PerplexityCommandOptions, parseCount, parsePart } from '../perplexity/options'
import { openRunFolder, type RunFolder } from '../run-folder'
import { loadModel } from '../session'
import { takeSamples } from '../take-samples'
import { versionsOf } from '../versions'
import { openUnits } from '../workers/units'
import { workerCount } from '../workers/worker-count'

/** Adds the options and the action of `tint perplexity`. */
export function configure(command: Command): void {
  command
    .requiredOption(
      '--model <folder>',
      "a checkpoint's folder with its tokenizer, or a model that comes with tint",
    )
    .requiredOption(
      '--text <file>',
      'UTF-8 text, .parquet or .jsonl, cut into contexts; also of the hub: datasets/OWNER/NAME/FILE',
    )
    .option('--column <name>', 'which column of a .parquet or .jsonl file is the text (default: text)')
    .requiredOption('--context <tokens>', 'tokens in a context', parseNumber)
    .requiredOption('--train-fraction <list>', 'shares of a context to learn from: 0.3,0.5', parseNumbers)
    .option('--learning-rate <list>', 'rates to try: 1e-3,1e-4; needed unless --ways is inner', parseNumbers)
    .option('--ways <list>', 'some of inner, exact and tint (default: all)', (list) => list.split(','))
    .option(
      '--contexts <from:to>',
      "which of the text's contexts, as shares: 0:0.2 is the first fifth",
      parsePart,
    )
    .option(
      '--stride <tokens>',
      'tokens from one context to the next; shorter than a context, they overlap (default: they do not)',
      parseNumber,
    )
    .option('--limit <count>', 'at most so many contexts, the first of them', parseNumber)
    .option('--bos', 'begin each context with the begin-of-text token')
    .option('--special-tokens', 'read special tokens that the text spells out as such, not as letters')
    .option(
      '--chunks <count>',
      'cut what is learned into parts, and update the weights after each (default: 1)',
      parseNumber,
    )
    .option('--steps <count>', 'rounds of forward, backward and descent (default: 1)', parseNumber)
    .option('--layers <count>', 'how many of the last blocks learn (default: all)', parseNumber)
    .option('--update-norm-weights', 'let scales of norms learn too, not their biases only')
  addApproximationOptions(command)
    .option('--batch <count>', 'contexts at once; auto: what fits into 2 GiB, at most 8', parseCount, 'auto')
    .option(
      '--workers <count>',
      'processes that compute at once, with a thread each; 1: this process with all threads; auto: one a core where that pays',
      parseCount,
      'auto',
    )
    .option('--output <folder>', 'write samples.jsonl, results.json and report.html; a new or empty folder')
    .option('--resume', 'go on with what --output holds')
  addEngineOptions(command).action(run)
}

async function run(options: PerplexityCommandOptions): Promise<void> {
  checkOptions(options)
  const { output, resume = false } = options
  if (output !== undefined) await checkOutputFolder(output, { resume })
  const measurement = await prepareMeasurement(options)
  const loading = new Progress()
  const engine = await useEngine(options.engine)
  const model = await loadModel(options.model, loading)
  loading.finish()
  try {
    const report = await measure(measurement, model.value, engine, options)
    if (options.json) printJson(report)
    else process.stdout.write(perplexityText(report, engine, output))
  } finally {
    model.value.dispose()
  }
}

async function measure(
  measurement: Measurement,
  model: InnerModel,
  engine: EngineDescription,
  options: PerplexityCommandOptions,
): Promise<PerplexityReport> {
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
      configuration,
      versions: versionsOf(engine),
    }
    const report = perplexityReport(facts, samples)
    if (folder.path !== undefined) {
      const examples = await exampleContexts(model, plan, samples, { tokenizer, signal: interruption.signal })
      await writeReport(folder, report, examples)
    }
    return report
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
