import { type InnerModel, initialiseInnerModel } from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { opt } from '@tintjs/inner-opt'
import { InputError, NotFiniteError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AdaptiveModel, exact, type TrainingStepOptions, tint, trainingStep } from './index'

const vocabulary = 13
let models: InnerModel[]

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  const sizes = { n_embd: 16, n_head: 2, n_layer: 2, n_positions: 24, vocab_size: vocabulary }
  models = [
    initialiseInnerModel(gpt2, { model_type: 'gpt2', ...sizes }, 1),
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
        activation_function: 'gelu',
      },
      2,
    ),
  ]
})
afterAll(() => {
  for (const model of models) model.dispose()
})

const ids = (length: number, seed: number) =>
  Array.from({ length }, (_, index) => (index * index * 7 + index * seed + seed) % vocabulary)

async function lossesAfter(model: InnerModel, tokens: number[] | number[][], options: TrainingStepOptions) {
  const step = await trainingStep(model, tokens, options)
  step.dispose()
  return step.sequences.map(({ tokenLossesAfter }) => tokenLossesAfter)
}

// Finite differences would amplify the rounding in which products of other sizes differ.
const gradients = [tint({ derivative: { kind: 'analytic' } }), exact()]
const gradient = fc.constantFrom(...gradients)
const which = fc.constantFrom(0, 1)
const seed = fc.integer({ min: 0, max: 100 })

describe('a step in chunks', () => {
  it('of one chunk is the step', async () => {
    for (const model of models) {
      const options = { trainLength: 9, learningRate: 0.1, steps: 2 }
      expect(await lossesAfter(model, ids(14, 3), { ...options, chunks: 1 })).toEqual(
        await lossesAfter(model, ids(14, 3), options),
      )
    }
  })

  it('learns each chunk with the weights that those before have left, as a stream does', async () => {
    const chunks = fc.constantFrom(2, 3, 4, 6, 12)
    const layers = fc.constantFrom(1, 2)
    await fc.assert(
      fc.asyncProperty(
        which,
        seed,
        gradient,
        chunks,
        layers,
        async (index, start, chosen, count, learning) => {
          const model = models[index]!
          const tokens = ids(18, start)
          const options = { learningRate: 0.1, gradient: chosen, layers: learning }
          const [found] = await lossesAfter(model, tokens, { ...options, trainLength: 13, chunks: count })
          const stream = new AdaptiveModel(model, { ...options, pieceLength: 12 / count })
          // The first token is predicted by none; the twelve that follow are read piece by piece.
          await stream.read(tokens.slice(0, 1))
          await stream.read(tokens.slice(1, 13))
          const [scored] = await stream.adapted.score(tokens)
          expectClose(found!, scored!.tokenLosses.slice(12), { absolute: 1e-4 })
          stream.dispose()
          const [whole] = await lossesAfter(model, tokens, { ...options, trainLength: 13 })
          expect(found).not.toEqual(whole)
        },
      ),
      { numRuns: 12, seed: 5 },
    )
  })

  it('changes nothing at rate 0', async () => {
    await fc.assert(
      fc.asyncProperty(
        which,
        seed,
        gradient,
        fc.integer({ min: 1, max: 8 }),
        async (index, start, chosen, chunks) => {
          const options = { trainLength: 9, learningRate: 0, gradient: chosen, chunks }
          const step = await trainingStep(models[index]!, ids(14, start), options)
          step.dispose()
          const [{ tokenLossesBefore, tokenLossesAfter }] = step.sequences as [(typeof step.sequences)[0]]
          expectClose(tokenLossesAfter, tokenLossesBefore, { absolute: 1e-6 })
        },
      ),
      { numRuns: 8, seed: 2 },
    )
  })

  it('gives each sequence of a batch what it gets alone, with chunks of its own', async () => {
    const steps = fc.constantFrom(1, 2)
    await fc.assert(
      fc.asyncProperty(
        which,
        seed,
        gradient,
        steps,
        fc.boolean(),
        async (index, start, chosen, rounds, masked) => {
          const model = models[index]!
          const tokens = [ids(14, start), ids(14, start + 3), ids(14, start + 5)]
          const trainLength = [10, 4, 13]
          const trainMask = masked ? ids(14, 1).map((id) => id % 2) : undefined
          const options = { learningRate: 0.05, chunks: 3, steps: rounds, gradient: chosen, trainMask }
          const together = await lossesAfter(model, tokens, { ...options, trainLength })
          for (const [sequence, own] of tokens.entries()) {
            const [alone] = await lossesAfter(model, own, { ...options, trainLength: trainLength[sequence]! })
            expectClose(together[sequence]!, alone!, { absolute: 1e-4 })
          }
        },
      ),
      { numRuns: 6, seed: 3 },
    )
  })

  it('needs no losses before', async () => {
    const options = { trainLength: 10, learningRate: 0.05, chunks: 4 }
    const [scored] = await lossesAfter(models[0]!, ids(14, 4), options)
    const step = await trainingStep(models[0]!, ids(14, 4), { ...options, scoreBefore: false })
    step.dispose()
    expectClose(step.sequences[0]!.tokenLossesAfter, scored!, { absolute: 1e-5 })
  })

  it('tells how far it has come, and leaves no tensor behind, also when it fails or is stopped', async () => {
    await expectBalancedTensors(async () => {
      const options = { trainLength: 10, chunks: 4, layers: 1 }
      const seen: number[] = []
      const onProgress = ({ done, total }: { done: number; total: number }) => seen.push(done / total)
      await lossesAfter(models[0]!, ids(14, 4), { ...options, learningRate: 0.05, onProgress })
      expect(seen.at(-1)).toBe(1)
      expect(seen).toEqual([...seen].sort((left, right) => left - right))
      await expect(lossesAfter(models[0]!, ids(14, 4), { ...options, learningRate: 1e38 })).rejects.toThrow(
        NotFiniteError,
      )
      const stop = new AbortController()
      const stopping = lossesAfter(models[0]!, ids(14, 4), {
        ...options,
        learningRate: 0.05,
        onProgress: ({ done }) => done === 9 && stop.abort(new Error('enough')),
        signal: stop.signal,
      })
      await expect(stopping).rejects.toThrow('enough')
    })
  })

  it.each<[number | number[], number, RegExp]>([
    [9, 0, /chunks is 0; expected a whole number from 1 to 8/],
    [9, 1.5, /chunks is 1\.5; expected a whole number from 1 to 8/],
    [9, 9, /chunks is 9; expected a whole number from 1 to 8, .* has 8 tokens to predict/],
    [[9, 3], 3, /chunks is 3; expected a whole number from 1 to 2/],
    [1, 2, /chunks is 2; expected 1, as/],
  ])('of train length %j refuses %d chunks', async (trainLength, chunks, words) => {
    const tokens = Array.isArray(trainLength) ? [ids(14, 1), ids(14, 2)] : ids(14, 1)
    const step = lossesAfter(models[0]!, tokens, { trainLength, learningRate: 0.1, chunks })
    await expect(step).rejects.toThrow(words)
    await expect(step).rejects.toThrow(InputError)
  })
})
