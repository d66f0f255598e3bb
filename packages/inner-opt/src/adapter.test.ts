import * as tf from '@tensorflow/tfjs-core'
import { blockParameters, initialiseInnerModel, modelLogits, parameterSize } from '@tintjs/inner'
import { useEngine } from '@tintjs/tensor/node'
import { beforeAll, describe, expect, it } from 'vitest'
import { opt, optShapes } from './index'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
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
