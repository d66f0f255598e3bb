import { describe, expect, it } from 'vitest'
import { bloom } from './index'

/** What all of the hub's released BLOOM configurations hold. */
const common = {
  apply_residual_connection_post_layernorm: false,
  architectures: ['BloomForCausalLM'],
  attention_dropout: 0,
  attention_softmax_in_fp32: true,
  bos_token_id: 1,
  eos_token_id: 2,
  hidden_dropout: 0,
  initializer_range: 0.02,
  layer_norm_epsilon: 1e-5,
  masked_softmax_fusion: true,
  model_type: 'bloom',
  pad_token_id: 3,
  pretraining_tp: 1,
  skip_bias_add: true,
  skip_bias_add_qkv: false,
  unk_token_id: 0,
  use_cache: true,
  vocab_size: 250880,
}

describe("the hub's configurations", () => {
  it.each([
    [
      'bigscience/bloom-560m',
      {
        bias_dropout_fusion: true,
        n_embed: 1024,
        n_inner: null,
        n_layer: 24,
        num_attention_heads: 16,
        offset_alibi: 100,
        transformers_version: '4.20.0',
      },
      [1024, 16, 24],
    ],
    [
      'bigscience/bloom-560m, saved by a later version',
      { hidden_size: 1024, n_head: 16, n_inner: null, n_layer: 24, offset_alibi: 100, slow_but_exact: false },
      [1024, 16, 24],
    ],
    [
      'one that trains on several machines',
      { n_embed: 2048, n_layer: 24, num_attention_heads: 16, pretraining_tp: 4, seq_length: 2048 },
      [2048, 16, 24],
    ],
    [
      'one with both names of each size',
      { n_embed: 64, hidden_size: 64, n_head: 4, num_attention_heads: 4, n_layer: 3, num_hidden_layers: 3 },
      [64, 4, 3],
    ],
  ])('%s is understood', (_, fields, sizes) => {
    const { width, heads, blocks, maximumPositions } = bloom.describe({ ...common, ...fields })
    expect([width, heads, blocks.length]).toEqual(sizes)
    expect(maximumPositions).toBe(2048)
  })

  it('of other BLOOMs that train with another dropout or precision are understood', () => {
    const half = { ...common, hidden_size: 64, hidden_dropout: 0.1, torch_dtype: 'bfloat16' }
    expect(bloom.describe(half).width).toBe(64)
  })
})
