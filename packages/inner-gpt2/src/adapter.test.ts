import * as tf from '@tensorflow/tfjs-core'
import { blockParameters, initialiseInnerModel, modelLogits, parameterSize } from '@tintjs/inner'
import { useEngine } from '@tintjs/tensor/node'
import { expectClose } from '@tintjs/tensor/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { gpt2, gpt2Shapes } from './index'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

const tiny = { model_type: 'gpt2', n_embd: 8, n_head: 2, n_layer: 1, n_positions: 16, vocab_size: 11 }

describe('configurations', () => {
  it('of the released sizes have the released parameter counts', () => {
    const count = (name: keyof typeof gpt2Shapes) => {
      const description = gpt2.describe(gpt2Shapes[name])
      const { embedding } = description
      const frozen = parameterSize(embedding.tokens) + parameterSize(embedding.positions!.weight)
      return blockParameters(description).reduce(
        (total, reference) => total + parameterSize(reference),
        frozen,
      )
    }
    expect(count('gpt2')).toBe(124_439_808)
    expect(count('gpt2-medium')).toBe(354_823_168)
    expect(count('gpt2-large')).toBe(774_030_080)
    expect(count('gpt2-xl')).toBe(1_557_611_200)
  })
})

describe('layouts', () => {
  it('with and without the prefix both describe', () => {
    expect(gpt2.describe(tiny).embedding.tokens.name).toBe('transformer.wte.weight')
    const bare = gpt2.describe(tiny, new Set(['wte.weight']))
    expect(bare.embedding.tokens.name).toBe('wte.weight')
    expect(blockParameters(bare).every(({ name }) => !name.startsWith('transformer.'))).toBe(true)
  })

  it('tie the head to the embedding unless told otherwise', () => {
    const tied = gpt2.describe(tiny)
    expect(tied.head.vocabulary).toBe(tied.embedding.tokens)
    const untied = gpt2.describe({ ...tiny, tie_word_embeddings: false })
    expect(untied.head.vocabulary).toEqual({ name: 'lm_head.weight', shape: [11, 8] })
  })
})

describe('variants', () => {
  it('change what the model computes', async () => {
    const logitsWith = async (fields: object) => {
      const model = initialiseInnerModel(gpt2, { ...tiny, n_layer: 2, ...fields }, 3)
      // Weights of the usual size hardly reach the nonlinear part.
      for (const reference of blockParameters(model.description)) {
        model.weights.set(reference, tf.mul(model.weights.get(reference), 20))
      }
      const logits = await modelLogits(model, [1, 2, 3, 4])
      const values = await logits.data()
      logits.dispose()
      model.dispose()
      return values
    }
    const usual = await logitsWith({})
    for (const fields of [
      { activation_function: 'relu' },
      { activation_function: 'quick_gelu' },
      { scale_attn_by_inverse_layer_idx: true },
      { scale_attn_weights: false },
      { tie_word_embeddings: false },
    ]) {
      const other = await logitsWith(fields)
      expect(() => expectClose(other, usual, { absolute: 1e-5 }), JSON.stringify(fields)).toThrow()
    }
    for (const fields of [{ reorder_and_upcast_attn: true }, { activation_function: 'gelu_pytorch_tanh' }]) {
      expectClose(await logitsWith(fields), usual)
    }
  })
})
