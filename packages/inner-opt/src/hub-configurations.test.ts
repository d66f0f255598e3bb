import { describe, expect, it } from 'vitest'
import { opt } from './index'

/** What all of the hub's released OPT configurations hold. */
const common = {
  activation_dropout: 0,
  activation_function: 'relu',
  architectures: ['OPTForCausalLM'],
  attention_dropout: 0,
  bos_token_id: 2,
  do_layer_norm_before: true,
  dropout: 0.1,
  eos_token_id: 2,
  init_std: 0.02,
  layerdrop: 0,
  max_position_embeddings: 2048,
  model_type: 'opt',
  pad_token_id: 1,
  prefix: '</s>',
  torch_dtype: 'float16',
  transformers_version: '4.21.0.dev0',
  use_cache: true,
  vocab_size: 50272,
}

const shape = (hidden_size: number, num_attention_heads: number, num_hidden_layers: number) => ({
  hidden_size,
  num_attention_heads,
  num_hidden_layers,
  ffn_dim: 4 * hidden_size,
  word_embed_proj_dim: hidden_size,
})

describe("the hub's configurations", () => {
  it.each([
    ['facebook/opt-125m', { _name_or_path: 'facebook/opt-125m', ...shape(768, 12, 12) }, true],
    [
      'facebook/opt-350m',
      { ...shape(1024, 16, 24), do_layer_norm_before: false, word_embed_proj_dim: 512 },
      false,
    ],
    ['facebook/opt-1.3b', { _remove_final_layer_norm: false, ...shape(2048, 32, 24) }, true],
  ])('%s is understood', (_, fields, finalNorm) => {
    const description = opt.describe({ ...common, ...fields })
    expect(description.blocks).toHaveLength(fields.num_hidden_layers)
    expect(description.finalNorm !== undefined).toBe(finalNorm)
  })
})
