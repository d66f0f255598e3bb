import { ConfigError } from '@tintjs/tensor'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineAdapter } from './adapter'
import { adapterFor } from './registry'

const owl = defineAdapter({
  family: 'owl',
  config: z.object({}),
  ignoredFields: [],
  build: () => {
    throw new Error('The configuration was accepted.')
  },
})

describe('adapterFor', () => {
  it('finds the adapter of the family', () => {
    expect(adapterFor({ model_type: 'owl' }, [owl])).toBe(owl)
  })

  it.each([
    ['gpt2', '@tintjs/inner-gpt2'],
    ['opt', '@tintjs/inner-opt'],
    ['llama', '@tintjs/inner-llama'],
    ['mistral', '@tintjs/inner-llama'],
    ['qwen2', '@tintjs/inner-llama'],
    ['gpt_neox', '@tintjs/inner-gpt-neox'],
    ['gptj', '@tintjs/inner-gptj'],
    ['bloom', '@tintjs/inner-bloom'],
  ])('names the package of %s', (family, packageName) => {
    const words = `model_type "${family}", whose adapter is not among the given ones: owl; install ${packageName} and`
    expect(() => adapterFor({ model_type: family }, [owl])).toThrow(ConfigError)
    expect(() => adapterFor({ model_type: family }, [owl])).toThrow(words)
  })

  it.each<[unknown, string]>([
    [{ model_type: 'mamba' }, 'model_type "mamba", an unsupported architecture'],
    [{ model_type: '__proto__' }, 'model_type "__proto__", an unsupported architecture'],
    [{ model_type: 3 }, 'model_type 3, an unsupported architecture'],
    [{}, 'model_type missing, an unsupported architecture; expected one of the given adapters: owl'],
    [null, 'model_type missing'],
  ])('refuses %j', (config, words) => {
    expect(() => adapterFor(config, [owl])).toThrow(ConfigError)
    expect(() => adapterFor(config, [owl])).toThrow(words)
  })
})

describe.each([
  ['without an adapter for it', (fields: object) => adapterFor({ model_type: 'llama', ...fields }, [owl])],
  ['with one', (fields: object) => adapterFor({ model_type: 'owl' }, [owl]).describe(fields)],
])('a model of another kind, %s,', (_, use) => {
  it.each([
    [{ model_type: 'mixtral' }, 'model_type "mixtral", a mixture of experts'],
    [{ model_type: 'qwen2_moe', num_experts: 60 }, 'model_type "qwen2_moe", a mixture of experts'],
    [{ num_experts: 8 }, 'num_experts = 8, a mixture of experts'],
    [{ num_local_experts: 4 }, 'num_local_experts = 4, a mixture of experts'],
    [{ model_type: 't5' }, 'model_type "t5", an encoder-decoder'],
    [{ model_type: 'bart', is_encoder_decoder: true }, 'model_type "bart", an encoder-decoder'],
    [{ is_causal: false }, 'is_causal = false, a model whose tokens see those after them'],
    [{ is_encoder_decoder: true }, 'is_encoder_decoder = true, an encoder-decoder'],
    [
      { quantization_config: { quant_method: 'gptq', bits: 4 } },
      'quantization_config with quant_method "gptq": the checkpoint is quantised',
    ],
    [{ quantization_config: {} }, 'quantization_config: the checkpoint is quantised'],
  ])('is refused by name: %j', (fields, words) => {
    expect(() => use(fields)).toThrow(ConfigError)
    expect(() => use(fields)).toThrow(words)
  })
})
