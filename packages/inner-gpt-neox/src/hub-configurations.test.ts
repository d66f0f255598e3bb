import { describe, expect, it } from 'vitest'
import { gptNeoX } from './index'

/** What the hub's released configurations of Pythia hold. */
const pythia = {
  architectures: ['GPTNeoXForCausalLM'],
  bos_token_id: 0,
  eos_token_id: 0,
  hidden_act: 'gelu',
  initializer_range: 0.02,
  layer_norm_eps: 1e-5,
  max_position_embeddings: 2048,
  model_type: 'gpt_neox',
  rotary_emb_base: 10_000,
  rotary_pct: 0.25,
  tie_word_embeddings: false,
  torch_dtype: 'float16',
  transformers_version: '4.24.0',
  use_cache: true,
  use_parallel_residual: true,
  vocab_size: 50_304,
}

const shape = (hidden_size: number, num_attention_heads: number, num_hidden_layers: number) => ({
  hidden_size,
  num_attention_heads,
  num_hidden_layers,
  intermediate_size: 4 * hidden_size,
})

describe("the hub's configurations", () => {
  it.each([
    ['EleutherAI/pythia-70m', { ...pythia, ...shape(512, 8, 6) }, 'sum'],
    ['EleutherAI/pythia-160m', { ...pythia, ...shape(768, 12, 12) }, 'sum'],
    ['EleutherAI/pythia-410m', { ...pythia, ...shape(1024, 16, 24) }, 'sum'],
    [
      'EleutherAI/gpt-neox-20b',
      {
        ...pythia,
        ...shape(6144, 64, 44),
        attention_probs_dropout_prob: 0,
        hidden_act: 'gelu_fast',
        hidden_dropout_prob: 0,
        vocab_size: 50_432,
      },
      'sum',
    ],
    [
      'a Pythia saved by transformers 4.46',
      {
        ...pythia,
        ...shape(512, 8, 6),
        attention_bias: true,
        attention_dropout: 0,
        hidden_dropout: 0,
        classifier_dropout: 0.1,
        partial_rotary_factor: 0.25,
        rope_scaling: null,
        rope_theta: 10_000,
      },
      'sum',
    ],
    [
      'togethercomputer/RedPajama-INCITE-Base-3B-v1',
      {
        ...pythia,
        ...shape(2560, 32, 32),
        rotary_pct: 1,
        use_parallel_residual: false,
        vocab_size: 50_432,
      },
      'sequence',
    ],
  ])('%s is understood', (_, fields, block) => {
    const description = gptNeoX.describe(fields)
    expect(description.blocks.map(({ kind }) => kind)).toEqual(
      Array.from({ length: fields.num_hidden_layers }, () => block),
    )
  })
})
