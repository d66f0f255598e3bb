import { type InnerModel, scoreTokens } from '@tintjs/inner'
import { exact, tint, trainingStep } from '@tintjs/simulate'
import { NotFiniteError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors } from '@tintjs/tensor/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runPlan } from '../run/run-units'
import { tinyContexts, tinyModel } from '../test-support'
import { planPerplexity } from './plan'
import type { Sample } from './sample'
import type { PerplexityOptions } from './settings'

let model: InnerModel
beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  model = tinyModel()
})
afterAll(() => model.dispose())

const contexts = tinyContexts(5)
const options: PerplexityOptions = { trainFractions: [0.5, 0.75], learningRates: [0.1, 0.02], batch: 2 }

async function samplesOf(
  given: PerplexityOptions,
  more: Partial<Parameters<typeof runPlan<Sample>>[2]> = {},
): Promise<Sample[]> {
  const samples: Sample[] = []
  await expectBalancedTensors(() =>
    runPlan(model, planPerplexity(model.description, contexts, given), {
      onSamples: (finished) => void samples.push(...finished),
      ...more,
    }),
  )
  return samples
}

const total = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0)

describe('a plan of perplexity', () => {
  it('gives what a plain loop over training steps gives, and frees everything', async () => {
    const samples = await samplesOf({ ...options, layers: 1, steps: 2, updateNormWeights: true })
    expect(samples).toHaveLength(5 * 2 * (1 + 2 * 2))
    for (const { id, tokens, byteLengths } of contexts) {
      for (const [trainFraction, trainLength] of [
        [0.5, 6],
        [0.75, 9],
      ] as const) {
        const own = samples.filter((sample) => sample.sample === id && sample.trainFraction === trainFraction)
        for (const sample of own) {
          expect(sample.tokens).toBe(12 - trainLength)
          expect(sample.bytes).toBe(total(byteLengths.slice(trainLength)))
        }
        const [score] = await scoreTokens(model, tokens)
        const inner = own.find(({ way }) => way === 'inner')!
        expect(inner.negativeLogLikelihood).toBeCloseTo(total(score!.tokenLosses.slice(trainLength - 1)), 4)
        for (const gradient of [exact(), tint()]) {
          for (const learningRate of [0.02, 0.1]) {
            const step = await trainingStep(model, tokens, {
              ...{ trainLength, learningRate, gradient, layers: 1, steps: 2, updateNormWeights: true },
            })
            step.dispose()
            const found = own.find(
              (sample) => sample.way === gradient.name && sample.learningRate === learningRate,
            )!
            expect(found.negativeLogLikelihood).toBeCloseTo(step.lossAfter * (12 - trainLength), 4)
            expect(inner.negativeLogLikelihood).toBeCloseTo(step.lossBefore * (12 - trainLength), 4)
          }
        }
      }
    }
  })

  it('learns in chunks, and with overlapping windows tests each token once', async () => {
    const stride = 4
    const overlapping = tinyContexts(3, stride)
    const plan = planPerplexity(model.description, overlapping, {
      ...{ trainFractions: [0.5, 0.75], learningRates: [0.1], chunks: 3, batch: 2 },
    })
    const samples: Sample[] = []
    await expectBalancedTensors(() =>
      runPlan(model, plan, { onSamples: (finished) => void samples.push(...finished) }),
    )
    for (const { id, tokens, byteLengths, wordStarts } of overlapping) {
      for (const trainLength of [6, 9]) {
        // The first window's are all new; of the others the last four are.
        const start = id === 0 ? trainLength : Math.max(trainLength, 12 - stride)
        const own = samples.filter(
          (sample) => sample.sample === id && sample.trainFraction === trainLength / 12,
        )
        expect(own.map(({ way }) => way)).toEqual(['inner', 'exact', 'tint'])
        for (const gradient of [exact(), tint()]) {
          const step = await trainingStep(model, tokens, {
            trainLength,
            learningRate: 0.1,
            gradient,
            chunks: 3,
          })
          step.dispose()
          const [{ tokenLossesBefore, tokenLossesAfter }] = step.sequences as [(typeof step.sequences)[0]]
          const [inner, found] = [own[0]!, own.find(({ way }) => way === gradient.name)!]
          expect(inner.negativeLogLikelihood).toBeCloseTo(
            total(tokenLossesBefore.slice(start - trainLength)),
            4,
          )
          expect(found.negativeLogLikelihood).toBeCloseTo(
            total(tokenLossesAfter.slice(start - trainLength)),
            3,
          )
          expect(found).toMatchObject({
            tokens: 12 - start,
            bytes: total(byteLengths.slice(start)),
            words: total(wordStarts.slice(start)),
          })
        }
      }
    }
  })

  it('gives the same for any batch, but for the last digits', async () => {
    const key = ({ sample, way, trainFraction, learningRate }: Sample) =>
      [sample, way, trainFraction, learningRate].join()
    const one = new Map((await samplesOf({ ...options, batch: 1 })).map((sample) => [key(sample), sample]))
    for (const batch of [2, 4, 99, 'auto'] as const) {
      const samples = await samplesOf({ ...options, batch })
      expect(samples).toHaveLength(one.size)
      for (const sample of samples) {
        const alone = one.get(key(sample))!
        expect(sample.negativeLogLikelihood).toBeCloseTo(alone.negativeLogLikelihood!, 4)
        expect({ ...sample, negativeLogLikelihood: 0 }).toEqual({ ...alone, negativeLogLikelihood: 0 })
      }
    }
  })

  it('goes on after any number of finished units to the same samples', async () => {
    const plan = planPerplexity(model.description, contexts, options)
    const units: (readonly Sample[])[] = []
    await runPlan(model, plan, { onSamples: (finished) => void units.push(finished) })
    expect(units).toHaveLength(plan.unitCount)
    for (const finishedUnits of [1, 5, 14, plan.unitCount]) {
      expect(await samplesOf(options, { finishedUnits })).toEqual(units.slice(finishedUnits).flat())
    }
  })

  it('tells how far it is, from what was done before on to the end', async () => {
    const seen: number[] = []
    await samplesOf(options, { finishedUnits: 9, onProgress: ({ done }) => void seen.push(done) })
    expect(seen[0]).toBe(2)
    expect(seen.at(-1)).toBeCloseTo(5, 9)
    expect(seen).toEqual(seen.toSorted((left, right) => left - right))
  })

  it('measures the model alone without any rate', async () => {
    const samples = await samplesOf({ trainFractions: [0.5], ways: ['inner'] })
    expect(samples.map(({ way, learningRate }) => [way, learningRate])).toEqual(
      Array(5).fill(['inner', null]),
    )
  })

  it('marks contexts that diverge at a rate that is far too high, and goes on', async () => {
    const samples = await samplesOf({
      trainFractions: [0.5],
      learningRates: [1e-3, 1e30],
      ways: ['inner', 'tint'],
    })
    const diverged = samples.filter(({ negativeLogLikelihood }) => negativeLogLikelihood === null)
    expect(diverged.map(({ learningRate }) => learningRate)).toEqual(Array(5).fill(1e30))
    expect(samples).toHaveLength(15)
  })

  it('refuses a model that predicts no finite numbers', async () => {
    const broken = tinyModel()
    const { finalNorm } = broken.description
    const { tensor1d } = await import('@tensorflow/tfjs-core')
    broken.weights.set(finalNorm!.scale!, tensor1d(Array(16).fill(Number.NaN)))
    for (const ways of [undefined, ['exact'], ['tint']] as const) {
      const plan = planPerplexity(broken.description, contexts, { ...options, ways })
      const run = runPlan(broken, plan, { onSamples: () => {} })
      await expect(run).rejects.toThrow(NotFiniteError)
      await expect(run).rejects.toThrow('although nothing was learned: the checkpoint holds')
    }
    broken.dispose()
  })

  it('stops when it is asked to, between units and within them', async () => {
    for (const after of [1, 3]) {
      const controller = new AbortController()
      const finished: number[] = []
      const stopped = samplesOf(options, {
        signal: controller.signal,
        onSamples: (samples) => {
          finished.push(samples.length)
          if (finished.length === after) controller.abort(new Error('enough'))
        },
      })
      await expect(stopped).rejects.toThrow('enough')
      expect(finished).toHaveLength(after)
    }
    const controller = new AbortController()
    const within = samplesOf(options, {
      signal: controller.signal,
      onProgress: ({ done }) => done > 1 && controller.abort(new Error('in the middle')),
    })
    await expect(within).rejects.toThrow('in the middle')
  })
})
