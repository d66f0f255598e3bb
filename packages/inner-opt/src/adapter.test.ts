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
import { opt, optShapes } from './index'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

describe.each(goldenCases('opt').map((golden) => [golden.name, golden] as const))('%s', (_, golden) => {
  it("gives transformers' logits and leaves no tensor behind", async () => {
    await expectBalancedTensors(async () => {
      const file = await openFileSource(`${golden.folder}/expected.safetensors`)
      const { tensors } = await readSafetensorsHeader(file)
      const entry = tensors.get('logits_before')!
      const data = await readTensorData(file, entry)
      await file.close()
      const model = await loadInnerModel(folderSource(golden.folder), { adapters: [opt] })
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
    const { unusedTensors } = await describeInnerModel(folderSource(golden.folder), { adapters: [opt] })
    expect(unusedTensors).toEqual([])
  })
})

const tiny = {
  model_type: 'opt',
  hidden_size: 8,
  num_attention_heads: 2,
  num_hidden_layers: 1,
  ffn_dim: 12,
  max_position_embeddings: 16,
  vocab_size: 11,
}

describe('configurations', () => {
  it.each([
    ['an activation', { activation_function: 'swiglu' }, 'activation_function is "swiglu"'],
    [
      'a width that heads do not divide',
      { num_attention_heads: 3 },
      'hidden_size 8 and num_attention_heads 3',
    ],
    ['an unknown field', { rotary_dim: 4 }, 'rotary_dim = 4'],
    ['no width', { hidden_size: 0 }, 'hidden_size is 0'],
  ])('with %s that is not supported are refused by name', (_, fields, words) => {
    expect(() => opt.describe({ ...tiny, ...fields })).toThrow(ConfigError)
    expect(() => opt.describe({ ...tiny, ...fields })).toThrow(words)
  })

  it('of OPT-125M have the released parameter count', () => {
    const description = opt.describe(optShapes['opt-125m'])
    const { embedding } = description
    const frozen = parameterSize(embedding.tokens) + parameterSize(embedding.positions!.weight)
    const total = blockParameters(description).reduce(
      (sum, reference) => sum + parameterSize(reference),
      frozen,
    )
    expect(total).toBe(125_239_296)
  })
})

describe('variants', () => {
  it('without biases or affine norms have fewer parameters', () => {
    const names = (fields: object) =>
      blockParameters(opt.describe({ ...tiny, ...fields })).map(({ name }) => name)
    expect(names({ enable_bias: false }).filter((name) => name.endsWith('fc1.bias'))).toEqual([])
    expect(names({ layer_norm_elementwise_affine: false }).filter((name) => name.includes('norm'))).toEqual(
      [],
    )
    expect(names({ _remove_final_layer_norm: true })).not.toContain('model.decoder.final_layer_norm.weight')
    expect(names({})).toContain('model.decoder.final_layer_norm.weight')
  })

  it('with post-norm blocks have no final norm, and projections where the embedding is narrower', () => {
    const description = opt.describe(optShapes['opt-350m'])
    expect(description.finalNorm).toBeUndefined()
    expect(description.embedding.projection?.shape).toEqual([1024, 512])
    expect(description.head.projection?.shape).toEqual([512, 1024])
  })

  it('run without affine norms, untied, and from the bare layout', async () => {
    for (const fields of [{ layer_norm_elementwise_affine: false }, { tie_word_embeddings: false }]) {
      const model = initialiseInnerModel(opt, { ...tiny, ...fields })
      const logits = await modelLogits(model, [1, 2, 3])
      expect(logits.shape).toEqual([1, 3, 11])
      expect((await logits.data()).every(Number.isFinite)).toBe(true)
      tf.dispose(logits)
      model.dispose()
    }
    const bare = opt.describe(tiny, new Set(['decoder.embed_tokens.weight']))
    expect(bare.embedding.tokens.name).toBe('decoder.embed_tokens.weight')
  })
})
