import { planTint } from '@tintjs/construct'
import {
  type Attention,
  activationNames,
  attentionLayersOf,
  checkInputs,
  type InnerModelDescription,
  type Layer,
  leavesOf,
} from '@tintjs/inner'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors } from '@tintjs/tensor/testing'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeModel, randomAdapter } from './adapter'
import { randomModels } from './model'
import { randomCases } from './step'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

const sample = { seed: 20_261_127, numRuns: 100 }

const kindsIn = (layer: Layer): string[] => {
  if (layer.kind === 'sequence') return layer.layers.flatMap(kindsIn)
  if (layer.kind === 'residual') return [layer.kind, ...kindsIn(layer.body)]
  if (layer.kind === 'sum' || layer.kind === 'product')
    return [layer.kind, ...layer.branches.flatMap(kindsIn)]
  return [layer.kind]
}

function featuresOfAttention({
  heads,
  keyValueHeads,
  positions,
  window,
  query,
  key,
  value,
}: Attention): string[] {
  const sharing =
    keyValueHeads === undefined ? 'own keys' : keyValueHeads === 1 ? 'one key for all' : 'keys in groups'
  const rotary = positions?.kind === 'rotary' ? positions : undefined
  const partial = rotary !== undefined && rotary.frequencies.length * 2 < query.outputWidth / heads
  return [
    sharing,
    rotary === undefined ? `positions ${positions?.kind ?? 'none'}` : `rotary ${rotary.pairing}`,
    partial ? 'partly rotary' : 'wholly or not rotary',
    window === undefined ? 'no window' : 'window',
    ...[query, key, value].map(({ bias }, role) => `bias ${role} ${bias !== undefined}`),
    query.weight.part === undefined
      ? 'apart'
      : `joined ${query.weight.transposed ?? false} ${query.weight.part.view.length}`,
  ]
}

function featuresOf(description: InnerModelDescription): string[] {
  const { blocks, finalNorm, embedding, head } = description
  const leaves = blocks.flatMap(leavesOf)
  return [
    ...blocks.flatMap(kindsIn),
    ...blocks.flatMap(attentionLayersOf).flatMap(featuresOfAttention),
    ...leaves.flatMap((leaf) => {
      if (leaf.kind === 'activation') return [leaf.activation]
      if (leaf.kind === 'norm')
        return [`${leaf.normalisation} ${leaf.scale !== undefined} ${leaf.bias !== undefined}`]
      return [`linear ${leaf.weight.transposed ?? false} ${leaf.bias !== undefined}`]
    }),
    `final norm ${finalNorm !== undefined}`,
    `tied ${head.vocabulary === embedding.tokens}`,
    `head bias ${head.bias !== undefined}`,
    `projected ${embedding.projection !== undefined} ${head.projection !== undefined}`,
    `embedding norm ${embedding.norm !== undefined}`,
    `learned positions ${embedding.positions?.offset}`,
  ]
}

const expectedFeatures = [
  ...['linear', 'norm', 'activation', 'attention', 'residual', 'sum', 'product'],
  ...activationNames,
  ...['own keys', 'one key for all', 'keys in groups', 'window', 'no window', 'partly rotary'],
  ...['positions none', 'positions alibi', 'rotary halves', 'rotary neighbours'],
  ...['apart', 'joined false 2', 'joined true 2', 'joined false 4'],
  ...['true', 'false'].flatMap((bias) => [0, 1, 2].map((role) => `bias ${role} ${bias}`)),
  ...['true', 'false'].flatMap((first) =>
    ['true', 'false'].flatMap((second) => [
      `layer ${first} ${second}`,
      `rms ${first} ${second}`,
      `linear ${first} ${second}`,
      `projected ${first} ${second}`,
    ]),
  ),
  ...['final norm', 'tied', 'head bias', 'embedding norm'].flatMap((name) => [
    `${name} true`,
    `${name} false`,
  ]),
  ...['undefined', '0', '2'].map((offset) => `learned positions ${offset}`),
]

describe('random models', () => {
  it.each([false, true])('are valid and have all that the tree can say (simulable: %s)', (simulable) => {
    const drawn = new Map<string, number>()
    for (const { config } of fc.sample(randomModels({ simulable }), sample)) {
      const description = randomAdapter.describe(config)
      if (simulable) expect(() => planTint(description)).not.toThrow()
      for (const feature of new Set(featuresOf(description)))
        drawn.set(feature, (drawn.get(feature) ?? 0) + 1)
    }
    // What is in one model of fifty is seen by some property in most runs, and by all in long ones.
    expect(expectedFeatures.filter((feature) => (drawn.get(feature) ?? 0) < 2)).toEqual([])
  })

  it('come with steps that a model takes', () => {
    for (const { model, step } of fc.sample(randomCases(), sample)) {
      const description = randomAdapter.describe(model.config)
      expect(() => checkInputs(description, step.tokens, step)).not.toThrow()
    }
  })

  it('are made of the same weights each time, and freed', async () => {
    await expectBalancedTensors(async () => {
      const [random] = fc.sample(randomModels(), { ...sample, numRuns: 1 })
      const [first, second] = [makeModel(random!), makeModel(random!)]
      const numbers = (model: typeof first) => {
        const { vocabulary } = model.description.head
        return model.weights.get(vocabulary).dataSync()
      }
      expect(numbers(first)).toEqual(numbers(second))
      first.dispose()
      second.dispose()
    })
  })
})
