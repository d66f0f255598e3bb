import * as tf from '@tensorflow/tfjs-core'
import { type InnerModel, initialiseInnerModel, type MaskOptions } from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { opt } from '@tintjs/inner-opt'
import { InputError, NotFiniteError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose, relativeError } from '@tintjs/tensor/testing'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exact, parseDerivative, type TrainingStepOptions, tint, trainingStep } from './index'

const vocabulary = 13
const gpt2Config = {
  model_type: 'gpt2',
  n_embd: 16,
  n_head: 2,
  n_layer: 2,
  n_positions: 24,
  vocab_size: vocabulary,
}
const optConfig = {
  model_type: 'opt',
  hidden_size: 16,
  num_attention_heads: 4,
  num_hidden_layers: 2,
  ffn_dim: 40,
  max_position_embeddings: 24,
  vocab_size: vocabulary,
  activation_function: 'gelu',
}

let models: InnerModel[]
let model: InnerModel

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  models = [initialiseInnerModel(gpt2, gpt2Config, 1), initialiseInnerModel(opt, optConfig, 2)]
  model = models[0]!
})
afterAll(() => {
  for (const each of models) each.dispose()
})

const ids = (length: number, seed: number) =>
  Array.from({ length }, (_, index) => (index * index * 7 + index * seed + seed) % vocabulary)

/** Losses after a step, in order, and every updated weight. */
async function results(inner: InnerModel, tokens: number[] | number[][], options: TrainingStepOptions) {
  const step = await trainingStep(inner, tokens, options)
  const weights = new Map<string, { shape: number[]; data: Float32Array }>()
  for (const { name, materialise } of step.model.updatedWeights()) {
    const value = materialise()
    weights.set(name, { shape: value.shape, data: await value.data<'float32'>() })
    value.dispose()
  }
  step.dispose()
  return { ...step, weights }
}

const differences = (after: Float32Array, before: Float32Array) =>
  after.map((value, index) => value - before[index]!)

describe('trainingStep', () => {
  it('learns: the training loss is lower after a small step', async () => {
    for (const inner of models) {
      const tokens = Array.from({ length: 20 }, (_, index) => [3, 1, 4, 1, 5][index % 5]!)
      for (const gradient of [tint(), exact()]) {
        const { lossBefore, lossAfter } = await results(inner, tokens, {
          trainLength: 15,
          learningRate: 0.1,
          gradient,
        })
        expect(lossAfter).toBeLessThan(lossBefore)
      }
    }
  })

  it('changes weights in proportion to the rate', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 1),
        fc.integer({ min: 0, max: 100 }),
        fc.double({ min: 1e-3, max: 0.1, noNaN: true }),
        async (which, seed, learningRate) => {
          const inner = models[which]!
          const options = { trainLength: 9, gradient: tint({ derivative: { kind: 'analytic' } }) }
          const base = await results(inner, ids(12, seed), { ...options, learningRate: 0 })
          const once = await results(inner, ids(12, seed), { ...options, learningRate })
          const twice = await results(inner, ids(12, seed), { ...options, learningRate: 2 * learningRate })
          for (const [name, { data }] of base.weights) {
            const single = differences(once.weights.get(name)!.data, data)
            const double = differences(twice.weights.get(name)!.data, data)
            if (single.every((value) => value === 0))
              expect(
                double.every((value) => value === 0),
                name,
              ).toBe(true)
            // The difference of weights near 0.02 (norms: 1) has lost some of float32's digits.
            else
              expectClose(
                double,
                single.map((value) => 2 * value),
                { absolute: 5e-7, relative: 1e-3 },
              )
          }
        },
      ),
      { numRuns: 8, seed: 7 },
    )
  })

  it('gives each sequence of a batch what it gets alone, with its own train length', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(0, 1), fc.integer({ min: 1, max: 50 }), async (which, seed) => {
        const inner = models[which]!
        const tokens = [ids(14, seed), ids(14, seed + 3), ids(14, seed + 5)]
        const trainLength = [10, 4, 13]
        // Finite differences would amplify the rounding in which products of other sizes differ.
        const gradient = tint({ derivative: { kind: 'analytic' } })
        const options = { learningRate: 0.05, steps: 2, updateNormWeights: true, gradient }
        const together = await results(inner, tokens, { ...options, trainLength })
        for (const [index, sequence] of tokens.entries()) {
          const alone = await results(inner, sequence, { ...options, trainLength: trainLength[index]! })
          expectClose(together.sequences[index]!.lossAfter, alone.lossAfter, { relative: 1e-5 })
          expectClose(together.sequences[index]!.tokenLossesAfter, alone.sequences[0]!.tokenLossesAfter, {
            absolute: 1e-4,
          })
          for (const [name, { shape, data }] of alone.weights) {
            const size = data.length
            const own = together.weights.get(name)!.data.subarray(index * size, (index + 1) * size)
            expectClose({ shape, data: own }, { shape, data }, { absolute: 2e-6, relative: 1e-4 })
          }
        }
      }),
      { numRuns: 4, seed: 3 },
    )
  })

  it('is not influenced by a token that no row may look at and that predicts nothing', async () => {
    const length = 12
    const hidden = 4
    const attentionMask = Array.from({ length }, (_, row) =>
      Array.from({ length }, (_, column) => (column === hidden && row !== hidden ? 0 : 1)),
    )
    const mask = Array.from({ length }, (_, t) => (t === hidden || t === hidden + 1 ? 0 : 1))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 1),
        fc.integer({ min: 0, max: vocabulary - 1 }),
        fc.boolean(),
        async (which, token, full) => {
          const inner = models[which]!
          const gradient = full ? exact() : tint()
          const options = { trainLength: 8, learningRate: 0.1, gradient, attentionMask, trainMask: mask }
          const tokens = ids(length, 3)
          const right = await results(inner, tokens, options)
          const other = await results(inner, tokens.with(hidden, token), options)
          expectClose(other.sequences[0]!.tokenLossesAfter, right.sequences[0]!.tokenLossesAfter, {
            absolute: 1e-6,
          })
        },
      ),
      { numRuns: 10, seed: 5 },
    )
  })

  it('with a train mask learns what a sum over fewer targets teaches', async () => {
    const tokens = ids(12, 2)
    const options = {
      trainLength: 9,
      learningRate: 0.05,
      gradient: tint({ derivative: { kind: 'analytic' } }),
    }
    const even = Array.from(tokens, (_, t) => (t % 2 === 0 ? 1 : 0))
    const odd = even.map((value) => 1 - value)
    const base = await results(model, tokens, { ...options, learningRate: 0 })
    const parts = [
      await results(model, tokens, { ...options, trainMask: even }),
      await results(model, tokens, { ...options, trainMask: odd }),
    ]
    const all = await results(model, tokens, options)
    for (const [name, { data }] of base.weights) {
      const [first, second] = parts.map(({ weights }) => differences(weights.get(name)!.data, data))
      const whole = differences(all.weights.get(name)!.data, data)
      if (whole.some((value) => value !== 0)) {
        expect(
          relativeError(
            first!.map((value, index) => value + second![index]!),
            whole,
          ),
          name,
        ).toBeLessThan(1e-3)
      }
    }
  })

  it('averages over the test mask, by tokens', async () => {
    const tokens = ids(12, 2)
    const testMask = tokens.map((_, t) => (t === 9 || t === 11 ? 1 : 0))
    const masked = await results(model, tokens, { trainLength: 8, learningRate: 0.1, testMask })
    const all = await results(model, tokens, { trainLength: 8, learningRate: 0.1 })
    expect(masked.sequences[0]!.targets).toEqual(Int32Array.of(9, 11))
    expect(all.sequences[0]!.targets).toEqual(Int32Array.of(8, 9, 10, 11))
    const losses = all.sequences[0]!.tokenLossesAfter
    expectClose(masked.lossAfter, (losses[1]! + losses[3]!) / 2, { relative: 1e-5 })
  })

  it('treats exact as tint with the full attention gradient and analytic derivatives', async () => {
    const options = { trainLength: 9, learningRate: 0.1 }
    const same = tint({ attentionGradient: 'full', derivative: { kind: 'analytic' } })
    const first = await results(model, ids(12, 4), { ...options, gradient: exact() })
    const second = await results(model, ids(12, 4), { ...options, gradient: same })
    expect(second.lossAfter).toBe(first.lossAfter)
    expect(first.lossAfter).not.toBe((await results(model, ids(12, 4), options)).lossAfter)
  })

  it('without losses before learns the same, in batches with masks, in several steps, with frozen layers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          which: fc.integer({ min: 0, max: 1 }),
          batch: fc.integer({ min: 1, max: 3 }),
          length: fc.integer({ min: 4, max: 14 }),
          steps: fc.integer({ min: 1, max: 3 }),
          layers: fc.integer({ min: 1, max: 2 }),
          masked: fc.boolean(),
          share: fc.double({ min: 0, max: 0.99, noNaN: true }),
        }),
        async ({ which, batch, length, steps, layers, masked, share }) => {
          const tokens = Array.from({ length: batch }, (_, row) => ids(length, row + 1))
          const trainLength = tokens.map((_, row) => 1 + Math.floor(share * (length - 1 - (row % 2))))
          const attentionMask = tokens.map((_, sequence) =>
            Array.from({ length }, (_, i) =>
              Array.from({ length }, (_, j) => (j === i || (i + j + sequence) % 3 > 0 ? 1 : 0)),
            ),
          )
          const options = {
            ...{ trainLength, steps, layers, learningRate: 0.05 },
            ...(masked ? { attentionMask } : {}),
          }
          await expectBalancedTensors(async () => {
            const whole = await trainingStep(models[which]!, tokens, options)
            const unscored = await trainingStep(models[which]!, tokens, { ...options, scoreBefore: false })
            expect(unscored.lossBefore).toBeUndefined()
            expect(unscored.sequences.map(({ tokenLossesBefore }) => tokenLossesBefore)).toEqual(
              tokens.map(() => undefined),
            )
            // Sums over fewer positions are added in another order.
            expect(relativeError([unscored.lossAfter], [whole.lossAfter])).toBeLessThan(1e-5)
            expect(unscored.sequences.map(({ targets }) => targets)).toEqual(
              whole.sequences.map(({ targets }) => targets),
            )
            const learned = unscored.model.updatedWeights()
            for (const [index, { materialise }] of whole.model.updatedWeights().entries()) {
              const [right, found] = [materialise(), learned[index]!.materialise()]
              expectClose(found, right, { absolute: 1e-5 })
              tf.dispose([right, found])
            }
            whole.dispose()
            unscored.dispose()
          })
        },
      ),
      { numRuns: 25, seed: 7 },
    )
  })

  it('changes only the last layers and the final norm where asked', async () => {
    const { weights } = await results(model, ids(12, 4), { trainLength: 9, learningRate: 0.1, layers: 1 })
    expect([...weights.keys()].every((name) => name.includes('h.1.') || name.includes('ln_f'))).toBe(true)
  })

  it('learns nothing from a train length of 1, which has no target', async () => {
    const { lossBefore, lossAfter } = await results(model, ids(12, 4), { trainLength: 1, learningRate: 0.1 })
    expect(lossAfter).toBe(lossBefore)
  })

  it('reports each block once', async () => {
    const seen: string[] = []
    await results(model, ids(12, 4), {
      trainLength: 9,
      learningRate: 0.1,
      layers: 1,
      steps: 2,
      onProgress: ({ phase, done, total }) => seen.push(`${phase} ${done}/${total}`),
    })
    // One frozen block; then three forwards and two backwards of one block and the final norm.
    expect(seen).toHaveLength(11)
    expect(seen.at(0)).toBe('forward 1/11')
    expect(seen.at(-1)).toBe('forward again 11/11')
  })
})

describe('ownership', () => {
  it('holds no more after many steps than after a few', async () => {
    const tensorsAfter = async (steps: number) => {
      const before = tf.memory().numTensors
      const step = await trainingStep(model, ids(20, 1), { trainLength: 15, learningRate: 0.001, steps })
      const held = tf.memory().numTensors - before
      step.dispose()
      return held
    }
    expect(await tensorsAfter(12)).toBe(await tensorsAfter(6))
  })

  it('is refused to be read after it was disposed', async () => {
    const step = await trainingStep(model, ids(12, 1), { trainLength: 9, learningRate: 0.1 })
    step.dispose()
    expect(() => step.model.updatedWeights()[0]!.materialise()).toThrow('What was learned is disposed')
    await expect(step.model.score(ids(12, 1))).rejects.toThrow('What was learned is disposed')
  })

  it('is balanced, with logits kept, in batches, in several steps', async () => {
    await expectBalancedTensors(async () => {
      const options = { trainLength: 9, learningRate: 0.1, steps: 2, keepLogits: true, gradient: exact() }
      const step = await trainingStep(model, [ids(12, 1), ids(12, 2)], options)
      for (const weight of step.model.updatedWeights()) weight.materialise().dispose()
      step.dispose()
    })
  })

  it('is balanced when the step is stopped after any block', async () => {
    for (let stopAt = 1; stopAt <= 9; stopAt++) {
      await expectBalancedTensors(async () => {
        const stop = new AbortController()
        const stepping = trainingStep(model, ids(12, 1), {
          trainLength: 9,
          learningRate: 0.1,
          keepLogits: true,
          signal: stop.signal,
          onProgress: ({ done }) => {
            if (done === stopAt) stop.abort(new Error('enough'))
          },
        })
        await expect(stepping).rejects.toThrow('enough')
      })
    }
  })

  it('is balanced when the result is not finite', async () => {
    await expectBalancedTensors(async () => {
      const stepping = trainingStep(model, ids(12, 1), {
        trainLength: 9,
        learningRate: 1e30,
        keepLogits: true,
      })
      await expect(stepping).rejects.toThrow(NotFiniteError)
    })
  })
})

describe('bad options', () => {
  const usual = { trainLength: 9, learningRate: 0.1 }
  const wrong: [string, Partial<TrainingStepOptions> & MaskOptions, string][] = [
    [
      'a train length of 0',
      { trainLength: 0 },
      'The train length is 0; expected a whole number from 1 to 11',
    ],
    ['a train length of N', { trainLength: 12 }, 'The train length is 12'],
    ['a fractional train length', { trainLength: 2.5 }, 'The train length is 2.5'],
    [
      'train lengths for another batch',
      { trainLength: [3, 4] },
      'trainLength has 2 numbers; expected one, as there is one sequence.',
    ],
    ['a rate that is no number', { learningRate: Number.NaN }, 'The learning rate is NaN'],
    ['a negative rate', { learningRate: -1 }, 'The learning rate is -1'],
    ['an infinite rate', { learningRate: Number.POSITIVE_INFINITY }, 'The learning rate is Infinity'],
    ['no steps', { steps: 0 }, 'steps is 0; expected a whole number from 1'],
    ['too many layers', { layers: 3 }, 'layers is 3; expected a whole number from 1 to 2'],
    [
      'a train mask of another length',
      { trainMask: [1, 1] },
      'trainMask has shape [1, 2]; expected [12] or [1, 12]',
    ],
    [
      'a test mask without targets',
      { testMask: Array(12).fill(0) as number[] },
      'testMask leaves no test target from token 9',
    ],
    ['a misspelt option', { step: 2 } as object, 'The training step got the option "step"; expected some of'],
    ['no train length', { trainLength: undefined } as object, 'The train length is undefined'],
    [
      'a gradient by name',
      { gradient: 'exact' } as object,
      'The gradient is exact; expected what tint() or exact()',
    ],
    ['a gradient that was not made', { gradient: tint } as object, 'expected what tint() or exact() give'],
    [
      'a scale of zero',
      { gradient: tint({ derivative: { kind: 'central', scale: 0 } }) },
      "The derivative's scale is 0",
    ],
  ]

  it.each(wrong)('%s is refused, and nothing is left behind', async (_, options, words) => {
    await expectBalancedTensors(async () => {
      const stepping = () => trainingStep(model, ids(12, 1), { ...usual, ...options })
      await expect(stepping()).rejects.toThrow(InputError)
      await expect(stepping()).rejects.toThrow(words)
    })
  })

  it('another number of train lengths than sequences', async () => {
    const stepping = trainingStep(model, [ids(12, 1), ids(12, 2), ids(12, 3)], {
      ...usual,
      trainLength: [3, 4],
    })
    await expect(stepping).rejects.toThrow(
      'trainLength has 2 numbers; expected one for all 3 sequences, or 3, one for each.',
    )
  })
})

describe('parseDerivative', () => {
  it('reads what people write', () => {
    expect(parseDerivative('analytic')).toEqual({ kind: 'analytic' })
    expect(parseDerivative('central')).toEqual({ kind: 'central', scale: 100 })
    expect(parseDerivative('forward')).toEqual({ kind: 'forward', scale: 1000 })
    expect(parseDerivative('central:12.5')).toEqual({ kind: 'central', scale: 12.5 })
  })

  it.each(['', 'exact', 'central:', 'central:0', 'central:-1', 'forward:x', 'central:1:2', 'analytic:1'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseDerivative(text)).toThrow(InputError)
    },
  )
})
