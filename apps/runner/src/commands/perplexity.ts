import { perplexityRecipes } from '@tintjs/evaluate'
import { checkOutputFolder } from '@tintjs/evaluate/node'
import { useEngine } from '@tintjs/tensor/node'
import type { Command } from 'commander'
import { addAdapterOption, addEngineOptions, parseNumber, parseNumbers } from '../command-options'
import { readableAgain } from '../files/readable-again'
import { addApproximationOptions } from '../gradient-options'
import { perplexityText } from '../output/perplexity-text'
import { printJson } from '../output/print'
import { Progress } from '../output/progress'
import { evaluationOf, type Measuring, measure } from '../perplexity/measure'
import { prepareMeasurement } from '../perplexity/measurement'
import { checkOptions, type GivenOptions, parsePart, wholeOptions } from '../perplexity/options'
import { prepareRecipe } from '../perplexity/recipe'
import { addRunOptions, tellNotShared, withShard } from '../run/run-options'
import { workOnQueue } from '../run/work-on-queue'
import { loadModel } from '../session'

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
    .option('--context <tokens>', 'tokens in a context (required without --recipe)', parseNumber)
    .option(
      '--train-fraction <list>',
      'shares of a context to learn from: 0.3,0.5 (required without --recipe)',
      parseNumbers,
    )
    .option('--learning-rate <list>', 'rates to try: 1e-3,1e-4; needed unless --ways is inner', parseNumbers)
    .option(
      '--recipe <name>',
      `a measurement of others: ${perplexityRecipes.map(({ name }) => name).join(', ')}`,
    )
    .option('--validation <file>', 'the text on which a recipe chooses learning rates, as --text')
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
  addRunOptions(command, 'contexts')
  addAdapterOption(command)
  addEngineOptions(command).action(run)
}

async function run(asked: GivenOptions): Promise<void> {
  checkOptions(asked)
  const given = await withTexts(asked)
  const { recipe } = given
  if (recipe !== undefined) {
    tellNotShared(`recipe ${recipe}`)
    return show(given, given.output, await prepareRecipe(given, recipe))
  }
  const options = await withShard(wholeOptions(given))
  const { output, resume = false, worker, queue } = options
  if (output !== undefined) await checkOutputFolder(output, { resume })
  const measurement = await prepareMeasurement(options)
  if (worker && queue !== undefined) {
    await workOnQueue(evaluationOf(measurement, options), measurement.description, { ...options, queue })
    return
  }
  const measuring: Measuring = async (model, engine) =>
    (await measure(measurement, model, engine, options)).report
  await show(given, output, measuring)
}

/** The options with texts that a recipe and other processes can read again. */
async function withTexts(given: GivenOptions): Promise<GivenOptions> {
  const { text, validation } = given
  return {
    ...given,
    text: await readableAgain(text),
    ...(validation !== undefined && { validation: await readableAgain(validation) }),
  }
}

/** Loads the model, measures, and prints what was found. */
async function show(given: GivenOptions, output: string | undefined, measuring: Measuring): Promise<void> {
  const loading = new Progress()
  const engine = await useEngine(given.engine)
  const model = await loadModel(given.model, loading)
  loading.finish()
  try {
    const report = await measuring(model.value, engine)
    if (given.json) printJson(report)
    else process.stdout.write(perplexityText(report, engine, output))
  } finally {
    model.value.dispose()
  }
}
