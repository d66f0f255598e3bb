import { InputError } from '@tintjs/tensor'
import type { PerplexityOptions } from './settings'

/** A measurement that others have done, as data: its choices under a name. */
export interface PerplexityRecipe {
  readonly name: string
  /** What it does, in a sentence. */
  readonly description: string
  /** Its choices, any of which may be replaced. */
  readonly options: Pick<PerplexityOptions, 'trainFractions' | 'ways'> & {
    readonly learningRates: readonly number[]
  }
  /** Tokens in a context; `positions` takes as many as the model has positions. */
  readonly context: number | 'positions'
}

/**
 * The recipes. In each, the rates are tried on a validation text, and for each way and fraction the best one is used on
 * the text to be measured.
 */
export const perplexityRecipes: readonly PerplexityRecipe[] = [
  {
    name: 'paper-wikitext',
    description:
      "the TinT paper's language modelling: fractions 0.3 to 0.9, and for each fraction and way the learning rate, from " +
      '1e-3 to 1e-7, that is best on the validation text',
    options: {
      trainFractions: [0.3, 0.5, 0.7, 0.9],
      learningRates: [1e-3, 1e-4, 1e-5, 1e-6, 1e-7],
      ways: ['inner', 'exact', 'tint'],
    },
    context: 'positions',
  },
]

/** @throws InputError naming the recipes that there are */
export function perplexityRecipe(name: string): PerplexityRecipe {
  const recipe = perplexityRecipes.find((candidate) => candidate.name === name)
  if (recipe !== undefined) return recipe
  const names = perplexityRecipes.map((candidate) => candidate.name).join(', ')
  throw new InputError(`There is no recipe ${JSON.stringify(name)}; expected one of ${names}.`)
}
