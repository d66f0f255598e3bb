import type { InnerModel } from '@tintjs/inner'
import { trainingStep } from '@tintjs/simulate'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors } from '@tintjs/tensor/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runPlan } from '../run/run-units'
import { tinyContexts, tinyModel } from '../test-support'
import { exampleContexts } from './example'
import { planPerplexity } from './plan'
import type { Sample } from './sample'
import type { PerplexityOptions } from './settings'

let model: InnerModel
beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  model = tinyModel()
})
afterAll(() => model.dispose())

/** Token 0 is the first byte of é and token 1 its second; the others are letters. */
const tokenizer = {
  tokenBytes: (id: number) => Uint8Array.of([0xc3, 0xa9][id] ?? 0x60 + id),
}

async function examplesOf(options: PerplexityOptions) {
  const plan = planPerplexity(model.description, tinyContexts(5), options)
  const samples: Sample[] = []
  await runPlan(model, plan, { onSamples: (finished) => void samples.push(...finished) })
  return { plan, samples, examples: await exampleContexts(model, plan, samples, { tokenizer }) }
}

describe('exampleContexts', () => {
  it('takes the largest and the median gain, at the best rate and the fraction nearest to a half', async () => {
    const { plan, samples, examples } = await expectBalancedTensors(() =>
      examplesOf({ trainFractions: [0.25, 0.5, 0.9], learningRates: [1e-3, 0.05] }),
    )
    const of = (way: string, id: number, rate: number | null) =>
      samples.find(
        (sample) =>
          sample.way === way &&
          sample.sample === id &&
          sample.trainFraction === 0.5 &&
          sample.learningRate === rate,
      )!.negativeLogLikelihood!
    expect(examples.map(({ choice }) => choice)).toEqual(['largest gain', 'median gain'])
    const [{ learningRate }] = examples as [(typeof examples)[0]]
    const gains = plan.contexts
      .map(({ id }) => ({ id, gain: of('inner', id, null) - of('tint', id, learningRate) }))
      .sort((left, right) => right.gain - left.gain)
    expect(examples.map(({ sample }) => sample)).toEqual([gains[0]!.id, gains[2]!.id])

    for (const example of examples) {
      expect(example).toMatchObject({ way: 'tint', trainFraction: 0.5 })
      const { tokens } = plan.contexts[example.sample]!
      const bytes = Array.from(tokens, (token) => tokenizer.tokenBytes(token)[0]!)
      expect(example.pieces.map(({ text }) => text).join('')).toBe(
        new TextDecoder().decode(Uint8Array.from(bytes.slice(6))),
      )
      const step = await trainingStep(model, tokens, { trainLength: 6, learningRate })
      step.dispose()
      const total = (name: 'lossBefore' | 'lossAfter') =>
        example.pieces.reduce((sum, piece) => sum + piece[name], 0) / 6
      expect(total('lossBefore')).toBeCloseTo(step.lossBefore, 5)
      expect(total('lossAfter')).toBeCloseTo(step.lossAfter, 5)
    }
  })

  it('takes exact where TinT was not measured, and nothing without the model alone', async () => {
    const exact = await examplesOf({ trainFractions: [0.5], learningRates: [0.01], ways: ['inner', 'exact'] })
    expect(exact.examples[0]).toMatchObject({ way: 'exact' })
    const tint = await examplesOf({ trainFractions: [0.5], learningRates: [0.01], ways: ['tint'] })
    expect(tint.examples).toEqual([])
  })
})
