import { fileURLToPath } from 'node:url'
import * as tf from '@tensorflow/tfjs-core'
import { type InnerModel, loadInnerModel, loadTokenizer, type Tokenizer } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { gpt2 } from '@tintjs/inner-gpt2'
import { InputError, NotFiniteError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors } from '@tintjs/tensor/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runPlan } from '../run/run-units'
import { loadTask } from '../shipped-tasks'
import { type ReadTaskData, readLocalTask } from './read-local'
import type { TaskDefinition } from './task'
import { planTask } from './task-plan'
import { taskResults } from './task-results'
import type { TaskSample } from './task-sample'
import { defaultSteps, type TaskOptions } from './task-settings'

/** A tiny model and a task whose answers are known: see tooling/task-fixtures. */
const folder = fileURLToPath(new URL('../fixtures/letters', import.meta.url))

let model: InnerModel
let tokenizer: Tokenizer
let task: TaskDefinition
let data: ReadTaskData
beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  model = await loadInnerModel(folderSource(folder), { adapters: [gpt2] })
  tokenizer = await loadTokenizer(folderSource(folder))
  task = await loadTask(`${folder}/letters.yaml`)
  data = await readLocalTask(task, folder)
})
afterAll(() => model.dispose())

const plan = (options: TaskOptions) => planTask(model.description, tokenizer, task, data, options)

async function samplesOf(options: TaskOptions): Promise<TaskSample[]> {
  const samples: TaskSample[] = []
  await expectBalancedTensors(() =>
    runPlan(model, plan(options), { onSamples: (finished) => void samples.push(...finished) }),
  )
  return samples
}

/** By way. */
async function accuracies(options: TaskOptions): Promise<Record<string, number | null>> {
  const results = taskResults(task, await samplesOf(options))
  return Object.fromEntries(results.map(({ way, accuracy }) => [way, accuracy]))
}

const usual = {
  ...{ limit: 32, seeds: [1, 2], learningRates: [0.005], loss: 'labels', querySees: 'itself' },
} satisfies TaskOptions

describe('a task whose answers are known', () => {
  it.each(['single', 'separate'] as const)(
    'is learned from demonstrations by one step, in %s contexts',
    async (demonstrations) => {
      const { inner, exact, tint } = await accuracies({ ...usual, demonstrations, steps: 1 })
      // The model answers E whatever it is asked.
      expect(inner).toBeLessThan(0.6)
      expect(exact).toBeGreaterThan(0.9)
      expect(tint).toBeGreaterThan(0.9)
    },
  )

  it('is answered rightly where calibration takes the planted bias away', async () => {
    const inner = { ...usual, ways: ['inner'] } satisfies TaskOptions
    const results = async (options: TaskOptions) => (await accuracies({ ...inner, ...options })).inner
    expect(await results({ calibration: 'none' })).toBeLessThan(0.6)
    expect(await results({ calibration: 'sfc' })).toBeGreaterThan(0.9)
    expect(await results({ calibration: 'icl-sfc' })).toBeGreaterThan(0.9)
    expect(await results({ calibration: 'icl-sfc', querySees: 'demonstrations' })).toBeGreaterThan(0.9)
    expect(await results({ calibration: 'sfc', shots: 0, loss: 'whole' })).toBeGreaterThan(0.9)
  })
})

describe('samples of a task', () => {
  it('hold the numbers that the prediction comes from', async () => {
    const planned = plan({ ...usual, calibration: 'sfc', ways: ['inner'] })
    for (const sample of await samplesOf({ ...usual, calibration: 'sfc', ways: ['inner'] })) {
      const [early = 0, late = 0] = sample.logProbabilities!
      const [earlier = 0, later = 0] = sample.baseline!
      expect(sample.prediction).toBe(early - earlier >= late - later ? 0 : 1)
      // E and L are nearly all that may follow.
      expect(Math.exp(early) + Math.exp(late)).toBeCloseTo(1, 1)
      expect(planned.examples.find(({ id }) => id === sample.sample)?.label).toBe(sample.label)
    }
  })

  it('are the same for any batch, but for the last digits', async () => {
    for (const shots of [0, 6]) {
      const options: TaskOptions = { ...usual, shots, loss: 'whole', seeds: [1], limit: 10 }
      const alone = await samplesOf({ ...options, batch: 1 })
      const together = await samplesOf({ ...options, batch: 7 })
      expect(together.map(({ logProbabilities: _, ...others }) => others)).toEqual(
        alone.map(({ logProbabilities: _, ...others }) => others),
      )
      for (const [index, { logProbabilities }] of together.entries()) {
        for (const [label, value] of logProbabilities!.entries()) {
          expect(value).toBeCloseTo(alone[index]!.logProbabilities![label]!, 3)
        }
      }
    }
  })

  it('come unit by unit, whichever other units there are', async () => {
    const planned = plan({ ...usual, limit: 40, seeds: [1] })
    expect(planned.unitCount).toBe(3 * 2)
    const all = await samplesOf({ ...usual, limit: 40, seeds: [1] })
    const [last] = [planned.unitCount - 1]
    expect(await planned.run(model, last)).toEqual(all.slice(-planned.keys(last).length))
    expect(all.map(({ sample, way }) => [sample, way])).toEqual(
      [...Array(planned.unitCount).keys()].flatMap((unit) =>
        planned.keys(unit).map(({ sample, way }) => [sample, way]),
      ),
    )
  })

  it('keep whole demonstrations, as many as there is room for beside the question', async () => {
    const planned = plan({
      ...usual,
      shots: 60,
      querySees: 'demonstrations',
      seeds: [3],
      limit: 2,
      ways: ['inner'],
    })
    expect(planned.demonstrations.get(3)).toHaveLength(60)
    const samples = await planned.run(model, 0)
    // Seven tokens each and five of a question, in 320 positions.
    expect(samples.map(({ demonstrations }) => demonstrations)).toEqual([45, 45])
  })

  it('are balanced, and the same examples whatever the seeds', () => {
    const first = plan({ ...usual, seeds: [1] })
    const second = plan({ ...usual, seeds: [2] })
    expect(first.examples).toEqual(second.examples)
    expect(first.demonstrations.get(1)).not.toEqual(second.demonstrations.get(2))
    for (const drawn of [first.examples, first.demonstrations.get(1)!]) {
      expect(drawn.filter(({ label }) => label === 0)).toHaveLength(16)
      expect(drawn).toHaveLength(32)
    }
  })

  it.each([0, 4])('of %i demonstrations have no answer at a rate that is far too high', async (shots) => {
    const options: TaskOptions = {
      ...usual,
      shots,
      loss: 'whole',
      seeds: [1],
      limit: 4,
      learningRates: [1e-3, 1e30],
    }
    const samples = await samplesOf(options)
    const without = samples.filter(({ prediction }) => prediction === null)
    expect(new Set(without.map(({ learningRate }) => learningRate))).toEqual(new Set([1e30]))
    expect(without).toHaveLength(2 * 4)
    expect(taskResults(task, samples).filter(({ accuracy }) => accuracy === null)).toHaveLength(2)
  })

  it('are refused of a model that predicts no finite numbers', async () => {
    const broken = await loadInnerModel(folderSource(folder), { adapters: [gpt2] })
    const { finalNorm, width } = broken.description
    broken.weights.set(finalNorm!.scale!, tf.tensor1d(Array(width).fill(Number.NaN)))
    for (const way of ['inner', 'tint'] as const) {
      const running = plan({ ...usual, ways: [way] }).run(broken, 0)
      await expect(running).rejects.toThrow(NotFiniteError)
      await expect(running).rejects.toThrow(/although nothing was learned: the checkpoint holds/)
    }
    broken.dispose()
  })

  it('stop when they are asked to, and free everything', async () => {
    const controller = new AbortController()
    const running = expectBalancedTensors(() =>
      plan({ ...usual, ways: ['tint'] }).run(model, 0, {
        signal: controller.signal,
        onShare: () => controller.abort(new Error('enough')),
      }),
    )
    await expect(running).rejects.toThrow('enough')
  })
})

describe('planTask', () => {
  const long = (count: number) => Array(count).fill('s').join(' ')
  const withLong = (part: 'test' | 'train', count: number): ReadTaskData => ({
    ...data,
    [part]: data[part].map((example, index) =>
      index < 3 ? { ...example, fields: { text: long(count) } } : example,
    ),
  })

  it('leaves examples out that are longer than the model allows, where it may, and counts them', () => {
    const options: TaskOptions = { ...usual, longExamples: 'leave-out', limit: 10_000, shots: 8 }
    const all = { ...options, limit: undefined }
    const planned = planTask(model.description, tokenizer, task, withLong('test', 400), all)
    expect([planned.examples.length, planned.leftOut]).toEqual([data.test.length - 3, 3])
    const fewer = planTask(model.description, tokenizer, task, withLong('test', 400), options)
    expect(fewer.examples.every(({ fields }) => fields.text!.length < 100)).toBe(true)
  })

  it('chooses 12 divided by the layers as steps where 3, 6 or 12 learn', () => {
    expect(plan({ ...usual, layers: 3 }).settings.steps).toBe(4)
    expect(plan({ ...usual, layers: 2 }).settings.steps).toBe(1)
    expect([3, 6, 12, 24].map(defaultSteps)).toEqual([4, 2, 1, 1])
  })

  const test = (count: number) => () =>
    planTask(model.description, tokenizer, task, withLong('test', count), { ...usual, limit: undefined })
  const viewing = (count: number) => () =>
    planTask(model.description, tokenizer, task, withLong('test', count), {
      ...usual,
      ...{ limit: undefined, querySees: 'demonstrations' },
    })
  it.each<[string, () => unknown, RegExp]>([
    [
      'a template that is not there',
      () => plan({ ...usual, templates: ['other'] }),
      /has no template other; expected some of equals, twice, or all/,
    ],
    [
      'a calibration of words of several tokens',
      () => plan({ ...usual, templates: ['twice'], calibration: 'sfc' }),
      /The label word "E E" of template twice is 2 tokens to this model's tokenizer; expected words of one token for the calibration sfc/,
    ],
    [
      'more demonstrations than there are',
      () => plan({ ...usual, shots: 200 }),
      /has 120 examples for demonstrations, of which \d+ make a balanced choice; expected 200/,
    ],
    [
      'a question that is too long',
      test(400),
      /letters\.test, line 1: the question in the words of template equals is 402 tokens, more than the model's 320 positions; .*never cut/,
    ],
    [
      'a question that leaves no room',
      viewing(316),
      /letters\.test, line 1: no demonstration of seed 1 fits into the model's 320 positions beside the question of 318 tokens/,
    ],
    [
      'a demonstration that fits into no context',
      () =>
        planTask(model.description, tokenizer, task, withLong('train', 400), {
          ...usual,
          demonstrations: 'separate',
          shots: 100,
          seeds: [1],
        }),
      /A demonstration in the words of template equals is 40\d tokens/,
    ],
    [
      'labels to learn without demonstrations',
      () => plan({ ...usual, shots: 0 }),
      /With 0 demonstrations the loss labels has no label/,
    ],
    [
      'icl-sfc without demonstrations',
      () => plan({ ...usual, shots: 0, loss: 'whole', calibration: 'icl-sfc' }),
      /With 0 demonstrations the calibration icl-sfc/,
    ],
    [
      'no rate',
      () => plan({ ...usual, learningRates: [] }),
      /No learning rate is given; exact and tint need one/,
    ],
    ['a seed that is none', () => plan({ ...usual, seeds: [0.5] }), /The seed is 0.5/],
    ['no seed', () => plan({ ...usual, seeds: [] }), /No seed is given/],
    [
      'more layers than there are',
      () => plan({ ...usual, layers: 12 }),
      /The number of layers that learn is 12; expected a whole number from 1 to 3/,
    ],
    [
      'a loss that is not known',
      () => plan({ ...usual, loss: 'half' as 'whole' }),
      /The loss is "half"; expected one of whole, labels/,
    ],
    ['a limit of nothing', () => plan({ ...usual, limit: 0 }), /The limit is 0/],
  ])('refuses %s', (_, planning, words) => {
    expect(planning).toThrow(words)
    expect(planning).toThrow(InputError)
  })
})
