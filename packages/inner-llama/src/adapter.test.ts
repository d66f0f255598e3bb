import {
  type Adapter,
  type Attention,
  allParameters,
  blockParameters,
  initialiseInnerModel,
  type Layer,
  modelLogits,
  parameterSize,
} from '@tintjs/inner'
import { ConfigError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors } from '@tintjs/tensor/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { llama, llamaFamily, llamaFamilyShapes, mistral, qwen2 } from './index'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

const tiny = {
  hidden_size: 8,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  num_hidden_layers: 3,
  intermediate_size: 12,
  max_position_embeddings: 16,
  vocab_size: 11,
}

const rows: [string, Adapter][] = llamaFamily.map((adapter) => [adapter.family, adapter])

/** The attention of each block. */
function attentions(adapter: Adapter, fields: object): Attention[] {
  const within = (layer: Layer): Attention[] => {
    if (layer.kind === 'attention') return [layer]
    if (layer.kind === 'sequence') return layer.layers.flatMap(within)
    return layer.kind === 'residual' ? within(layer.body) : []
  }
  return adapter.describe({ ...tiny, ...fields }).blocks.flatMap(within)
}

describe.each(rows)('a configuration of %s', (_, adapter) => {
  it.each<[string, object, string]>([
    ['an activation', { hidden_act: 'swiglu' }, 'hidden_act is "swiglu"'],
    [
      'a width that heads do not divide',
      { num_attention_heads: 3 },
      'hidden_size 8 and num_attention_heads 3; expected a width that the heads divide',
    ],
    ['heads that cannot be shared', { num_key_value_heads: 3 }, '4 heads, 3 of keys and values'],
    ['an odd head', { head_dim: 3 }, 'turn 3 numbers of a head; expected an even number'],
    ['a rotary scaling', { rope_scaling: { type: 'yarn', factor: 2 } }, 'rope_scaling.type is "yarn"'],
    ['another one', { rope_parameters: { rope_type: 'dynamic' } }, 'rope_parameters.rope_type is "dynamic"'],
    ['a part of each head turned', { partial_rotary_factor: 0.5 }, 'the field partial_rotary_factor = 0.5'],
    [
      'the same in rope_parameters',
      { rope_parameters: { partial_rotary_factor: 0.5 } },
      'rope_parameters.partial_rotary_factor 0.5, which is not supported',
    ],
    ['two bases', { rope_theta: 5, rope_parameters: { rope_theta: 6 } }, 'rope_theta 6 and rope_theta 5'],
    ['experts', { num_experts: 4 }, 'num_experts = 4, a mixture of experts'],
    ['quantised weights', { quantization_config: { bits: 4 } }, 'the checkpoint is quantised'],
    ['an unknown field', { residual_multiplier: 0.5 }, 'residual_multiplier = 0.5'],
    ['no width', { hidden_size: 0 }, 'hidden_size is 0'],
  ])('with %s is refused by name', (_, fields, words) => {
    expect(() => adapter.describe({ ...tiny, ...fields })).toThrow(ConfigError)
    expect(() => adapter.describe({ ...tiny, ...fields })).toThrow(words)
  })

  it('describes a model that runs, tied or not', async () => {
    await expectBalancedTensors(async () => {
      for (const tie_word_embeddings of [false, true]) {
        const model = initialiseInnerModel(adapter, { ...tiny, tie_word_embeddings })
        expect(model.description.family).toBe(adapter.family)
        const logits = await modelLogits(model, [1, 2, 3])
        expect(logits.shape).toEqual([1, 3, 11])
        expect((await logits.data()).every(Number.isFinite)).toBe(true)
        logits.dispose()
        model.dispose()
      }
    })
  })

  it('of the bare model has names without prefix', () => {
    const bare = adapter.describe(
      { ...tiny, tie_word_embeddings: true },
      new Set(['embed_tokens.weight', 'norm.weight']),
    )
    const names = allParameters(bare).map(({ name }) => name)
    expect(names).toContain('embed_tokens.weight')
    expect(names.filter((name) => name.startsWith('model.'))).toEqual([])
  })
})

describe('the released sizes', () => {
  it.each<[keyof typeof llamaFamilyShapes, number]>([
    ['Llama-3.2-1B', 1_235_814_400],
    ['TinyLlama-1.1B', 1_100_048_384],
    ['Mistral-7B', 7_241_732_096],
    ['Qwen2-0.5B', 494_032_768],
  ])('%s have the released parameter count', (name, expected) => {
    const shape = llamaFamilyShapes[name]
    const adapter = llamaFamily.find(({ family }) => family === shape.model_type)!
    const description = adapter.describe(shape)
    const total = allParameters(description).reduce((sum, reference) => sum + parameterSize(reference), 0)
    expect(total).toBe(expected)
  })
})

describe('biases', () => {
  const biases = (adapter: Adapter, fields: object = {}) =>
    blockParameters(adapter.describe({ ...tiny, ...fields, num_hidden_layers: 1 }))
      .map(({ name }) => name.replace('model.layers.0.', ''))
      .filter((name) => name.endsWith('bias'))
  const queryKeyValue = ['q_proj', 'k_proj', 'v_proj'].map((name) => `self_attn.${name}.bias`)

  it('are where each family has them', () => {
    expect(biases(llama)).toEqual([])
    expect(biases(llama, { attention_bias: true })).toEqual([...queryKeyValue, 'self_attn.o_proj.bias'])
    expect(biases(llama, { mlp_bias: true })).toEqual(
      ['gate_proj', 'up_proj', 'down_proj'].map((name) => `mlp.${name}.bias`),
    )
    expect(biases(mistral)).toEqual([])
    expect(biases(qwen2)).toEqual(queryKeyValue)
  })

  it('cannot be asked for where a family has none', () => {
    expect(() => mistral.describe({ ...tiny, attention_bias: true })).toThrow('attention_bias = true')
    expect(() => qwen2.describe({ ...tiny, mlp_bias: true })).toThrow('mlp_bias = true')
  })
})

describe('windows', () => {
  const windows = (adapter: Adapter, fields: object) =>
    attentions(adapter, fields).map(({ window }) => window)

  it('are the same in all layers of Mistral, and 4096 where nothing is said', () => {
    expect(windows(mistral, { sliding_window: 3 })).toEqual([3, 3, 3])
    expect(windows(mistral, { sliding_window: null })).toEqual([undefined, undefined, undefined])
    expect(windows(mistral, {})).toEqual([4096, 4096, 4096])
    expect(() => mistral.describe({ ...tiny, sliding_window: 0 })).toThrow('sliding_window is 0')
  })

  it("are in Qwen2's later layers, or in those that are named, and only if they are switched on", () => {
    const on = { use_sliding_window: true, sliding_window: 3 }
    const named = ['sliding_attention', 'full_attention', 'sliding_attention']
    expect(windows(qwen2, { ...on, max_window_layers: 1 })).toEqual([undefined, 3, 3])
    expect(windows(qwen2, { ...on, max_window_layers: 1, layer_types: named })).toEqual([3, undefined, 3])
    const all = [undefined, undefined, undefined]
    expect(windows(qwen2, { ...on, sliding_window: null, max_window_layers: 0 })).toEqual(all)
    expect(windows(qwen2, { sliding_window: 3, max_window_layers: 0 })).toEqual(all)
    expect(windows(qwen2, { layer_types: named.map(() => 'full_attention') })).toEqual(all)
  })

  it.each<[string, object, string]>([
    ['of a wrong number of layers', { layer_types: ['full_attention'] }, 'one type for each of'],
    [
      'that are switched off',
      { layer_types: ['full_attention', 'full_attention', 'sliding_attention'] },
      'Expected use_sliding_window and a number as sliding_window',
    ],
    ['of another kind', { layer_types: ['chunked_attention'] }, 'layer_types.0 is "chunked_attention"'],
  ])('%s are refused', (_, fields, words) => {
    expect(() => qwen2.describe({ ...tiny, ...fields })).toThrow(ConfigError)
    expect(() => qwen2.describe({ ...tiny, ...fields })).toThrow(words)
  })
})

describe('heads', () => {
  it('may be wider than their share, and keys and values fewer', () => {
    const [attention] = attentions(llama, { head_dim: 6, num_key_value_heads: 1 })
    expect(attention?.query.outputWidth).toBe(24)
    expect(attention?.key.outputWidth).toBe(6)
    expect(attention?.scale).toBeCloseTo(1 / Math.sqrt(6), 12)
    expect(attention?.positions).toMatchObject({ kind: 'rotary', pairing: 'halves' })
    expect(attentions(llama, { num_key_value_heads: null })[0]?.keyValueHeads).toBe(4)
  })
})
