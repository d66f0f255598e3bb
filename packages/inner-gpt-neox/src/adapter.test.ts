import {
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
import { gptNeoX, pythiaShapes } from './index'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

const tiny = {
  hidden_size: 16,
  num_attention_heads: 2,
  num_hidden_layers: 1,
  intermediate_size: 12,
  max_position_embeddings: 16,
  vocab_size: 11,
}

/** How many pairs of each head's 8 numbers are turned, and by how much the second pair is at each position. */
function rotary(fields: object) {
  const within = (layer: Layer): Attention[] => {
    if (layer.kind === 'attention') return [layer]
    if (layer.kind === 'sequence') return layer.layers.flatMap(within)
    return layer.kind === 'sum' ? layer.branches.flatMap(within) : []
  }
  const [attention] = gptNeoX.describe({ ...tiny, ...fields }).blocks.flatMap(within)
  const positions = attention?.positions
  if (positions?.kind !== 'rotary') throw new Error('The attention has no rotary positions.')
  return [positions.frequencies.length, positions.frequencies[1]]
}

describe('rotary positions', () => {
  it('turn the same part in old and new configurations', () => {
    expect(rotary({})).toEqual([1, undefined])
    const [pairs, second] = rotary({ rotary_pct: 0.5, rotary_emb_base: 100 })
    expect([pairs, second]).toEqual([2, 0.1])
    expect(rotary({ rope_parameters: { partial_rotary_factor: 0.5, rope_theta: 100 } })).toEqual([2, 0.1])
    const copies = { partial_rotary_factor: 0.5, rope_theta: 100 }
    expect(rotary({ rotary_pct: 0.5, rotary_emb_base: 100, ...copies })).toEqual([2, 0.1])
    expect(rotary({ rotary_pct: 1, rope_scaling: { type: 'linear', factor: 2 } })[1]).toBeCloseTo(0.05, 12)
  })
})

describe('configurations', () => {
  it.each<[string, object, string]>([
    ['an activation', { hidden_act: 'swiglu' }, 'hidden_act is "swiglu"'],
    [
      'a width that heads do not divide',
      { num_attention_heads: 3 },
      'hidden_size 16 and num_attention_heads 3',
    ],
    ['an odd part turned', { rotary_pct: 0.4 }, 'turn 3 numbers of a head; expected an even number'],
    ['more than the heads turned', { rotary_pct: 1.5 }, 'rotary_pct is 1.5'],
    ['a scaling', { rope_scaling: { type: 'dynamic', factor: 2 } }, 'rope_scaling.type is "dynamic"'],
    [
      'two bases',
      { rotary_emb_base: 5, rope_parameters: { rope_theta: 6 } },
      'rope_parameters.rope_theta 6 and rotary_emb_base 5',
    ],
    ['a copy alone', { rope_theta: 5 }, 'rotary_emb_base 10000 by default and rope_theta 5'],
    ['another copy', { partial_rotary_factor: 0.5 }, 'rotary_pct 0.25 by default and partial_rotary_factor'],
    ['quantised weights', { quantization_config: { bits: 4 } }, 'the checkpoint is quantised'],
    ['an unknown field', { head_dim: 4 }, 'head_dim = 4'],
    ['no width', { hidden_size: 0 }, 'hidden_size is 0'],
  ])('with %s are refused by name', (_, fields, words) => {
    expect(() => gptNeoX.describe({ ...tiny, ...fields })).toThrow(ConfigError)
    expect(() => gptNeoX.describe({ ...tiny, ...fields })).toThrow(words)
  })

  it.each<[keyof typeof pythiaShapes, number]>([
    ['pythia-70m', 70_426_624],
    ['pythia-160m', 162_322_944],
    ['pythia-410m', 405_334_016],
    ['pythia-1b', 1_011_781_632],
    ['pythia-1.4b', 1_414_647_808],
  ])('of %s have the released parameter count', (name, expected) => {
    const description = gptNeoX.describe(pythiaShapes[name])
    const total = allParameters(description).reduce((sum, reference) => sum + parameterSize(reference), 0)
    expect(total).toBe(expected)
  })
})

describe('variants', () => {
  it('without biases in the attention keep those of the MLP', () => {
    const biases = (fields: object) =>
      blockParameters(gptNeoX.describe({ ...tiny, ...fields }))
        .map(({ name }) => name)
        .filter((name) => name.endsWith('.bias') && !name.includes('norm'))
    const mlp = ['dense_h_to_4h', 'dense_4h_to_h'].map((name) => `gpt_neox.layers.0.mlp.${name}.bias`)
    expect(biases({ attention_bias: false })).toEqual(mlp)
    const fused = 'gpt_neox.layers.0.attention.query_key_value.bias'
    const attention = [fused, fused, fused, 'gpt_neox.layers.0.attention.dense.bias']
    expect(biases({})).toEqual([...attention, ...mlp])
  })

  it('run tied and untied, with parallel and sequential residuals', async () => {
    await expectBalancedTensors(async () => {
      for (const fields of [{ tie_word_embeddings: true }, { use_parallel_residual: false }, {}]) {
        const model = initialiseInnerModel(gptNeoX, { ...tiny, ...fields })
        const logits = await modelLogits(model, [1, 2, 3])
        expect(logits.shape).toEqual([1, 3, 11])
        expect((await logits.data()).every(Number.isFinite)).toBe(true)
        logits.dispose()
        model.dispose()
      }
    })
  })

  it('of the bare model have names without prefix', () => {
    const bare = gptNeoX.describe({ ...tiny, tie_word_embeddings: true }, new Set(['embed_in.weight']))
    const names = allParameters(bare).map(({ name }) => name)
    expect(names).toContain('embed_in.weight')
    expect(names.filter((name) => name.startsWith('gpt_neox.'))).toEqual([])
  })
})
