import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { chooseRates, type PerplexityRecipe, perplexityRecipe } from '@tintjs/evaluate'
import { checkOutputFolder } from '@tintjs/evaluate/node'
import { describeInnerModel } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'
import { UsageError } from '../failures'
import { adapters } from '../families'
import { modelSource } from '../models'
import { type Measuring, measure } from './measure'
import { prepareMeasurement } from './measurement'
import { checkOptions, type GivenOptions, type PerplexityCommandOptions } from './options'

/** The folders in a recipe's `--output`, a run each. */
const parts = { validation: 'validation', test: 'test' } as const

/**
 * Checks everything about a recipe: both texts, and where the results go. What is left to do is to try the rates on the
 * validation text, and to measure the text with the best of them.
 *
 * @throws UsageError or InputError naming what is missing or wrong; and as `prepareMeasurement` does
 */
export async function prepareRecipe(given: GivenOptions, name: string): Promise<Measuring> {
  checkOptions(given)
  const recipe = perplexityRecipe(name)
  const { output, resume = false, validation: text } = given
  if (text === undefined) {
    throw new UsageError(
      `--recipe ${name} chooses learning rates on another text; name it with --validation.`,
    )
  }
  if (output !== undefined) await checkRecipeFolder(output, resume)
  const options = await optionsOf(recipe, given)
  const trying = withOutput({ ...options, text }, parts.validation)
  const validation = await prepareMeasurement(trying)
  // Whatever is wrong with the text is found before hours are spent on the other one.
  await prepareMeasurement(options)
  return async (model, engine) => {
    const chosen = await measure(validation, model, engine, trying)
    const testing = withOutput({ ...options, rates: chooseRates(chosen.samples) }, parts.test)
    const { data, best } = chosen.report
    const facts = { name, description: recipe.description, validation: data, best }
    return (await measure(await prepareMeasurement(testing), model, engine, testing, facts)).report
  }
}

/** The recipe's choices, as far as no others are given. */
async function optionsOf(
  { context, options }: PerplexityRecipe,
  { recipe: _, validation: __, ...given }: GivenOptions,
): Promise<PerplexityCommandOptions> {
  const positions = async () => {
    const { description } = await describeInnerModel(await modelSource(given.model), { adapters: adapters() })
    return description.maximumPositions
  }
  return {
    ...given,
    context: given.context ?? (context === 'positions' ? await positions() : context),
    trainFraction: given.trainFraction ?? [...options.trainFractions],
    learningRate: given.learningRate ?? [...options.learningRates],
    ways: given.ways ?? [...(options.ways ?? ['inner', 'exact', 'tint'])],
  }
}

function withOutput(options: PerplexityCommandOptions, part: string): PerplexityCommandOptions {
  const { output } = options
  return output === undefined ? options : { ...options, output: join(output, part) }
}

/** @throws InputError for a folder that is none, or that holds something else than a recipe's runs to go on with */
async function checkRecipeFolder(folder: string, resume: boolean): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found === undefined) return
  if (!found.isDirectory()) {
    throw new InputError(`${folder} is a file; expected a new or empty folder for the results.`)
  }
  const own = Object.values<string>(parts)
  const other = (await readdir(folder)).find((name) => !own.includes(name))
  if (other !== undefined) {
    throw new InputError(
      `The folder ${folder} holds ${other}, which is none of a recipe's; expected a new or empty folder, or one of the ` +
        'same recipe and --resume.',
    )
  }
  for (const part of own) await checkOutputFolder(join(folder, part), { resume })
}
