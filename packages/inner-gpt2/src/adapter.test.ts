import * as tf from '@tensorflow/tfjs-core'
import {
  blockParameters,
  describeInnerModel,
  initialiseInnerModel,
  loadInnerModel,
  modelLogits,
  parameterSize,
} from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { ConfigError, readSafetensorsHeader, readTensorData } from '@tintjs/tensor'
import { openFileSource, useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import { goldenCases } from '@tooling/golden-cases'
import { beforeAll, describe, expect, it } from 'vitest'
import { gpt2, gpt2Shapes } from './index'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

describe.each(goldenCases('gpt2').map((golden) => [golden.name, golden] as const))('%s', (_, golden) => {
  it("gives transformers' logits and leaves no tensor behind", async () => {
    await expectBalancedTensors(async () => {
      const file = await openFileSource(`${golden.folder}/expected.safetensors`)
      const { tensors } = await readSafetensorsHeader(file)
      const entry = tensors.get('logits_before')!
      const data = await readTensorData(file, entry)
      await file.close()
      const model = await loadInnerModel(folderSource(golden.folder), { adapters: [gpt2] })
      const { attentionMask, positionIds, inputIds } = golden
      const masks = { attentionMask: attentionMask ?? undefined, positionIds: positionIds ?? undefined }
      const logits = await modelLogits(model, inputIds, masks)
      const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      expectClose(logits, { shape: entry.shape, data }, { absolute: 1e-4 * largest })
      logits.dispose()
      model.dispose()
    })
  })

  it('uses every tensor of the checkpoint', async () => {
    const { unusedTensors } = await describeInnerModel(folderSource(golden.folder), { adapters: [gpt2] })
    expect(unusedTensors).toEqual([])
  })
})

const tiny = { model_type: 'gpt2', n_embd: 8, n_head: 2, n_layer: 1, n_positions: 16, vocab_size: 11 }

describe('configurations', () => {
  it.each([
    ['an activation', { activation_function: 'swiglu' }, 'activation_function is "swiglu"'],
    ['cross-attention', { add_cross_attention: true }, 'add_cross_attention is true'],
    ['a width that heads do not divide', { n_head: 3 }, 'n_embd 8 and n_head 3'],
    ['a fraction of a layer', { n_layer: 1.5 }, 'n_layer is 1.5'],
    ['an unknown field', { rotary_dim: 4 }, 'rotary_dim = 4'],
    ['a width of zero', { n_embd: 0 }, 'n_embd is 0'],
  ])('with %s that is not supported are refused by name', (_, fields, words) => {
    expect(() => gpt2.describe({ ...tiny, ...fields })).toThrow(ConfigError)
    expect(() => gpt2.describe({ ...tiny, ...fields })).toThrow(words)
  })

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
