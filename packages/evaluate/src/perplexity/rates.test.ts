import { InputError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { beforeAll, describe, expect, it } from 'vitest'
import { tinyContexts, tinyModel } from '../test-support'
import { planPerplexity } from './plan'
import { type ChosenRate, chooseRates } from './rates'
import { perplexityRecipe, perplexityRecipes } from './recipes'
import type { Sample } from './sample'

let description: ReturnType<typeof tinyModel>['description']
beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  const model = tinyModel()
  description = model.description
  model.dispose()
})

const rates: ChosenRate[] = [
  { way: 'exact', trainFraction: 0.5, learningRate: 0.1 },
  { way: 'exact', trainFraction: 0.75, learningRate: 0.01 },
  { way: 'tint', trainFraction: 0.5, learningRate: 0.02 },
  { way: 'tint', trainFraction: 0.75, learningRate: 0.1 },
]

const sample = (
  way: Sample['way'],
  trainFraction: number,
  learningRate: number | null,
  loss: number | null,
) => ({
  ...{ sample: 0, way, trainFraction, learningRate, tokens: 3, bytes: 4, words: 1 },
  negativeLogLikelihood: loss,
})

describe('chosen rates', () => {
  it('are the best of each way at each fraction', () => {
    const samples = rates.flatMap(({ way, trainFraction, learningRate }) => [
      sample('inner', trainFraction, null, 3),
      sample(way, trainFraction, learningRate, 2),
      sample(way, trainFraction, 0.3, 2.5),
      sample(way, trainFraction, 1, null),
    ])
    expect(chooseRates(samples)).toEqual(rates)
    expect(chooseRates(samples.filter(({ way }) => way === 'inner'))).toEqual([])
    const diverged = samples.map((each) =>
      each.way === 'tint' ? { ...each, negativeLogLikelihood: null } : each,
    )
    expect(() => chooseRates(diverged)).toThrow(
      /Every learning rate of tint at the train fraction 0\.5 diverged/,
    )
  })

  it('are what a plan runs, and nothing else', () => {
    const plan = planPerplexity(description, tinyContexts(2), { trainFractions: [0.75, 0.5], rates })
    expect(plan.tasks).toEqual([{ way: 'inner' }, ...rates])
    expect(plan.settings.learningRates).toEqual([0.01, 0.02, 0.1])
  })

  it.each<[string, readonly ChosenRate[], RegExp]>([
    ['one too few', rates.slice(1), /There are 0 rates of exact at the train fraction 0\.5; expected one/],
    ['one twice', [...rates, ...rates.slice(3)], /There are 2 rates of tint at the train fraction 0\.75/],
    [
      'one of another fraction',
      [...rates, { ...rates[0]!, trainFraction: 0.6 }],
      /5 rates are given; expected 4/,
    ],
  ])('refuse %s', (_, given, words) => {
    const plan = () =>
      planPerplexity(description, tinyContexts(2), { trainFractions: [0.5, 0.75], rates: given })
    expect(plan).toThrow(InputError)
    expect(plan).toThrow(words)
  })
})

describe('recipes', () => {
  it('are found by name, and give what can be planned', () => {
    for (const recipe of perplexityRecipes) {
      expect(perplexityRecipe(recipe.name)).toBe(recipe)
      expect(planPerplexity(description, tinyContexts(2), recipe.options).unitCount).toBeGreaterThan(0)
    }
    expect(() => perplexityRecipe('soup')).toThrow(
      'There is no recipe "soup"; expected one of paper-wikitext.',
    )
  })
})
