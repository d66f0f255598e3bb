import { type InnerModel, initialiseInnerModel } from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { opt } from '@tintjs/inner-opt'
import { InputError, NotFiniteError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Approximation,
  derivativeApproximations,
  exact,
  exactDerivatives,
  type FidelityOptions,
  fused,
  measureFidelity,
  parseDerivative,
  singleApproximations,
  tint,
  trainingStep,
} from '../index'

const vocabulary = 13
let models: InnerModel[]
let model: InnerModel

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  models = [
    initialiseInnerModel(
      gpt2,
      { model_type: 'gpt2', n_embd: 16, n_head: 2, n_layer: 2, n_positions: 24, vocab_size: vocabulary },
      1,
    ),
    initialiseInnerModel(
      opt,
      {
        model_type: 'opt',
        hidden_size: 16,
        num_attention_heads: 4,
        num_hidden_layers: 2,
        ffn_dim: 40,
        max_position_embeddings: 24,
        vocab_size: vocabulary,
      },
      2,
    ),
  ]
  model = models[0]!
})
afterAll(() => {
  for (const each of models) each.dispose()
})

const ids = (length: number, seed: number) =>
  Array.from({ length }, (_, index) => (index * index * 7 + index * seed + seed) % vocabulary)

const usual: FidelityOptions = { trainLength: 9, learningRate: 0.01 }

const same: Approximation = { name: 'exact again', part: 'all', gradient: exact(), updateNormWeights: true }

/** The comparison of one approximation. */
async function measured(approximation: Approximation, options: Partial<FidelityOptions> = {}, inner = model) {
  const all = { ...usual, ...options, approximations: [approximation] }
  const { reference, approximations } = await measureFidelity(inner, ids(12, 5), all)
  return { reference, step: approximations[0]! }
}

const named = (name: string) => singleApproximations().find((each) => each.name === name)!

describe('measureFidelity', () => {
  it('finds no difference between the exact step and itself, however its parts are chosen', async () => {
    const parts = tint({ attentionGradient: 'full', derivative: parseDerivative('analytic') })
    for (const inner of models) {
      for (const gradient of [exact(), parts]) {
        const { reference, step } = await measured({ ...same, gradient }, {}, inner)
        expect(step.overall).toEqual({ relativeError: 0, cosine: expect.closeTo(1, 12) })
        expect(step.lossChange).toBe(reference.lossChange)
        expect(step.lossChangeRelativeError).toBe(0)
        for (const { name, kind, ...comparison } of step.weights) {
          const nothing = /key\.bias|k_proj\.bias/.test(name)
          expect(comparison, name).toEqual(
            nothing
              ? { relativeError: null, cosine: null }
              : { relativeError: 0, cosine: expect.closeTo(1, 12) },
          )
        }
      }
    }
  })

  it('compares what a step adds to the weights', async () => {
    const approximation = named('value-only attention')
    const { reference, step } = await measured(approximation)
    // Independently: weights after each step, read as a checkpoint has them.
    const difference = async (gradient: ReturnType<typeof exact>) => {
      const after = await weightsAfter(gradient, 0.01)
      const before = await weightsAfter(gradient, 0)
      return after.map((value, index) => value - before[index]!)
    }
    const right = await difference(exact())
    const found = await difference(approximation.gradient)
    const norm = (values: number[]) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0))
    const error = norm(found.map((value, index) => value - right[index]!)) / norm(right)
    expect(reference.updateNorm / norm(right)).toBeCloseTo(1, 4)
    expect(step.overall.relativeError! / error).toBeCloseTo(1, 3)
  })

  async function weightsAfter(gradient: ReturnType<typeof exact>, learningRate: number): Promise<number[]> {
    const step = await trainingStep(model, ids(12, 5), {
      trainLength: 9,
      learningRate,
      gradient,
      updateNormWeights: true,
    })
    const all: number[] = []
    for (const weight of step.model.updatedWeights()) {
      const value = weight.materialise()
      for (const number of await value.data()) all.push(number)
      value.dispose()
    }
    step.dispose()
    return all
  }

  it('is the same at every rate, while the updates are proportional to it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...singleApproximations()),
        fc.double({ min: 1e-5, max: 1e-2, noNaN: true }),
        async (approximation, learningRate) => {
          const once = await measured(approximation, { learningRate })
          const thrice = await measured(approximation, { learningRate: 3 * learningRate })
          expect(thrice.reference.updateNorm / once.reference.updateNorm).toBeCloseTo(3, 4)
          const [first, second] = [once.step.overall, thrice.step.overall]
          // The finest differences are as near as float32's own rounding, some 1e-6.
          expectClose(second.relativeError!, first.relativeError!, { relative: 0.01, absolute: 1e-5 })
          expect(second.cosine).toBeCloseTo(first.cosine!, 5)
        },
      ),
      { numRuns: 8, seed: 4 },
    )
  })

  it('tells weights that do not learn from those whose exact update is rounding', async () => {
    const { step } = await measured(named('value-only attention'))
    const weight = (name: string) => step.weights.find((each) => each.name === `transformer.h.0.${name}`)
    expect(weight('attn.query.weight')).toMatchObject({ relativeError: 1, cosine: null })
    expect(weight('attn.key.weight')).toMatchObject({ relativeError: 1, cosine: null })
    // Adding to all scores of a row changes no probability, so that there is nothing to learn.
    expect(weight('attn.key.bias')).toMatchObject({ relativeError: null, cosine: null })
    // Nothing was approximated yet on the way back to the last block's MLP.
    expect(step.weights.find(({ name }) => name === 'transformer.h.1.mlp.c_fc.weight')).toMatchObject({
      relativeError: 0,
    })
  })

  it('leaves out scales only where biases of norms alone learn', async () => {
    const { step } = await measured(named('norm biases only'))
    for (const { name, relativeError } of step.weights) {
      if (/key\.bias/.test(name)) continue
      expect(relativeError, name).toBe(/ln_\w+\.weight/.test(name) ? 1 : 0)
    }
  })

  it('summarises the weights of a kind, and all, as one vector', async () => {
    const { reference, step } = await measured(named('TinT'))
    expect(reference.kinds.map(({ kind }) => kind)).toEqual(step.kinds.map(({ kind }) => kind))
    expect(step.kinds.map(({ kind }) => kind)).toContain('attn.value.weight')
    expect(step.kinds.map(({ kind }) => kind)).toContain('transformer.ln_f.bias')
    expect(reference.kinds.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12)
    // Squared errors add up by the shares of the exact update.
    const squared = step.kinds.reduce(
      (sum, { relativeError }, index) => sum + (relativeError ?? 0) ** 2 * reference.kinds[index]!.share,
      0,
    )
    expect(Math.sqrt(squared)).toBeCloseTo(step.overall.relativeError!, 10)
  })

  it('takes the last layers only', async () => {
    const { step } = await measured(named('TinT'), { layers: 1 })
    expect(step.weights.some(({ name }) => name.includes('.h.0.'))).toBe(false)
    expect(step.weights.some(({ name }) => name.includes('.h.1.'))).toBe(true)
  })

  it('lays the sequences of a batch end to end', async () => {
    const approximations = [named('value-only attention')]
    const sequences = [ids(12, 5), ids(12, 8)]
    const options = { ...usual, approximations }
    const alone = await Promise.all(sequences.map((tokens) => measureFidelity(model, tokens, options)))
    const together = await measureFidelity(model, sequences, options)
    const squares = alone.map(({ reference: { updateNorm } }) => updateNorm ** 2)
    const errors = alone.map(
      ({ approximations: [step] }, index) => step!.overall.relativeError! ** 2 * squares[index]!,
    )
    const [all, wrong] = [squares, errors].map(([first, second]) => first! + second!)
    expect(together.reference.updateNorm).toBeCloseTo(Math.sqrt(all!), 5)
    expect(together.approximations[0]!.overall.relativeError).toBeCloseTo(Math.sqrt(wrong! / all!), 5)
    expect(together.reference.lossBefore).toBeCloseTo(
      (alone[0]!.reference.lossBefore + alone[1]!.reference.lossBefore) / 2,
      5,
    )
  })

  it('compares another execution by what it made of the weights', async () => {
    const approximation = named('value-only attention')
    const observed = await measured(approximation)
    const differences = await measured({ ...approximation, execution: fused() })
    expect(differences.step.execution).toBe('fused')
    expect(differences.step.overall.relativeError).toBeCloseTo(observed.step.overall.relativeError!, 4)
    // What float32 rounds away is seen.
    const rounded = await measured({ ...same, execution: fused() })
    expect(rounded.step.overall.relativeError).toBeGreaterThan(0)
    expect(rounded.step.overall.relativeError).toBeLessThan(1e-3)
  })

  it('goes on after an approximation whose loss leaves the range of numbers, but not after the exact step', async () => {
    const wild: Approximation = { ...same, gradient: tint({ derivative: { kind: 'forward', scale: 1e-38 } }) }
    const { step } = await measured(wild)
    expect(step).toMatchObject({ lossAfter: null, lossChange: null, lossChangeRelativeError: null })
    await expect(measured(same, { learningRate: 1e30 })).rejects.toThrow(NotFiniteError)
  })

  it('tells how far it has come, and stops when asked', async () => {
    const steps: string[] = []
    let last = 0
    await measureFidelity(model, ids(12, 5), {
      ...usual,
      approximations: [named('TinT'), same],
      onProgress: ({ step, done, total }) => {
        expect(total).toBe(3)
        expect(done).toBeGreaterThanOrEqual(last)
        last = done
        if (steps.at(-1) !== step) steps.push(step)
      },
    })
    expect(steps).toEqual(['exact', 'TinT', 'exact again'])
    expect(last).toBe(3)

    await expectBalancedTensors(async () => {
      const controller = new AbortController()
      const onProgress = ({ done }: { done: number }) => {
        if (done > 1.5) controller.abort(new Error('enough'))
      }
      const stopped = measureFidelity(model, ids(12, 5), { ...usual, onProgress, signal: controller.signal })
      await expect(stopped).rejects.toThrow('enough')
    })
  })

  it('leaves no tensor behind', async () => {
    await expectBalancedTensors(async () => {
      await measureFidelity(model, [ids(12, 5), ids(12, 6)], {
        ...usual,
        approximations: [named('TinT'), { ...same, execution: fused() }],
      })
    })
  })

  it.each([
    ['no learning rate', { learningRate: 0 }, 'The learning rate is 0'],
    ['nothing to learn', { trainLength: 1 }, 'No token is a training target'],
    ['a train length that is too long', { trainLength: 12 }, 'The train length is 12'],
    [
      'a misspelt option',
      { approximation: [] },
      'The measurement of fidelity got the option "approximation"',
    ],
    ['the option of a step', { steps: 2 }, 'The measurement of fidelity got the option "steps"'],
    ['a name that is there twice', { approximations: [same, same] }, 'Two approximations are called'],
  ])('refuses %s', async (_, options, words) => {
    const refused = measureFidelity(model, ids(12, 5), { ...usual, ...options })
    await expect(refused).rejects.toThrow(InputError)
    await expect(measureFidelity(model, ids(12, 5), { ...usual, ...options })).rejects.toThrow(words)
  })
})

describe('derivativeApproximations', () => {
  it('show the rounding of a simulator, which fused differences do not have', async () => {
    await expectBalancedTensors(async () => {
      const { reference, approximations } = await measureFidelity(model, ids(12, 5), {
        ...usual,
        reference: exactDerivatives,
        approximations: derivativeApproximations([parseDerivative('forward:100000')]),
      })
      expect(reference.name).toBe(exactDerivatives.name)
      const [rounded, fusedOne, literalOne] = approximations.map(({ name, execution, overall }) => {
        return { name, execution, error: overall.relativeError! }
      })
      expect(rounded!.error).toBeLessThan(1e-3)
      expect(fusedOne).toMatchObject({ name: 'forward:100000, fused', execution: 'fused' })
      expect(literalOne).toMatchObject({ name: 'forward:100000, literal', execution: 'literal' })
      // Two values of a function that differ in their last digits only are subtracted.
      expect(literalOne!.error).toBeGreaterThan(20 * fusedOne!.error)
      expect(literalOne!.error).toBeLessThan(1)
    })
  })

  it('refuse what a simulator cannot take', () => {
    expect(() => derivativeApproximations([parseDerivative('analytic')])).toThrow(InputError)
  })
})

describe('singleApproximations', () => {
  it('changes one part at a time, and all at last', () => {
    for (const { part, gradient, updateNormWeights } of singleApproximations()) {
      const { attentionGradient, derivative, lossGradient } = gradient
      const changed = [
        ...(attentionGradient === 'full' ? [] : ['attention']),
        ...(derivative.kind === 'analytic' ? [] : ['derivative']),
        ...(lossGradient === 'softmax' ? [] : ['loss gradient']),
        ...(updateNormWeights ? [] : ['norms']),
      ]
      expect(changed).toEqual(part === 'all' ? ['attention', 'derivative', 'norms'] : [part])
    }
    expect(singleApproximations().at(-1)).toMatchObject({ part: 'all', gradient: tint() })
  })
})
