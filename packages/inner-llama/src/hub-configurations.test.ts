import { adapterFor } from '@tintjs/inner'
import { describe, expect, it } from 'vitest'
import { llamaFamily } from './index'

/** What the hub's released configurations of all these families hold. */
const common = {
  attention_dropout: 0,
  bos_token_id: 1,
  eos_token_id: 2,
  hidden_act: 'silu',
  initializer_range: 0.02,
  torch_dtype: 'bfloat16',
  use_cache: true,
}

interface HubConfiguration {
  readonly model_type: string
  readonly num_hidden_layers: number
  readonly [field: string]: unknown
}

const mistral = {
  architectures: ['MistralForCausalLM'],
  hidden_size: 4096,
  intermediate_size: 14336,
  max_position_embeddings: 32768,
  model_type: 'mistral',
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: false,
}

const qwen2 = {
  architectures: ['Qwen2ForCausalLM'],
  hidden_size: 896,
  intermediate_size: 4864,
  max_window_layers: 24,
  model_type: 'qwen2',
  num_attention_heads: 14,
  num_hidden_layers: 24,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-6,
  rope_theta: 1_000_000,
  tie_word_embeddings: true,
  use_sliding_window: false,
  vocab_size: 151_936,
}

describe("the hub's configurations", () => {
  it.each<[string, HubConfiguration, number]>([
    [
      'meta-llama/Llama-3.2-1B',
      {
        architectures: ['LlamaForCausalLM'],
        attention_bias: false,
        mlp_bias: false,
        head_dim: 64,
        hidden_size: 2048,
        intermediate_size: 8192,
        max_position_embeddings: 131_072,
        model_type: 'llama',
        num_attention_heads: 32,
        num_hidden_layers: 16,
        num_key_value_heads: 8,
        pretraining_tp: 1,
        rms_norm_eps: 1e-5,
        rope_theta: 500_000,
        tie_word_embeddings: true,
        rope_scaling: {
          factor: 32,
          high_freq_factor: 4,
          low_freq_factor: 1,
          original_max_position_embeddings: 8192,
          rope_type: 'llama3',
        },
        transformers_version: '4.45.0.dev0',
        vocab_size: 128_256,
      },
      64,
    ],
    [
      'TinyLlama/TinyLlama-1.1B-Chat-v1.0',
      {
        architectures: ['LlamaForCausalLM'],
        attention_bias: false,
        hidden_size: 2048,
        intermediate_size: 5632,
        max_position_embeddings: 2048,
        model_type: 'llama',
        num_attention_heads: 32,
        num_hidden_layers: 22,
        num_key_value_heads: 4,
        pretraining_tp: 1,
        rms_norm_eps: 1e-5,
        rope_scaling: null,
        rope_theta: 10_000,
        tie_word_embeddings: false,
        transformers_version: '4.35.0',
        vocab_size: 32_000,
      },
      64,
    ],
    [
      'huggyllama/llama-7b',
      {
        architectures: ['LlamaForCausalLM'],
        hidden_size: 4096,
        intermediate_size: 11008,
        max_position_embeddings: 2048,
        max_sequence_length: 2048,
        model_type: 'llama',
        num_attention_heads: 32,
        num_hidden_layers: 32,
        pad_token_id: 0,
        rms_norm_eps: 1e-6,
        tie_word_embeddings: false,
        transformers_version: '4.28.0.dev0',
        vocab_size: 32_000,
      },
      128,
    ],
    [
      'HuggingFaceTB/SmolLM-135M',
      {
        architectures: ['LlamaForCausalLM'],
        attention_bias: false,
        hidden_size: 576,
        intermediate_size: 1536,
        is_llama_config: true,
        max_position_embeddings: 2048,
        mlp_bias: false,
        model_type: 'llama',
        num_attention_heads: 9,
        num_hidden_layers: 30,
        num_key_value_heads: 3,
        pretraining_tp: 1,
        rms_norm_eps: 1e-5,
        rope_interleaved: false,
        rope_scaling: null,
        rope_theta: 10_000,
        tie_word_embeddings: true,
        vocab_size: 49_152,
      },
      64,
    ],
    [
      'mistralai/Mistral-7B-v0.1',
      { ...mistral, rope_theta: 10_000, sliding_window: 4096, vocab_size: 32_000 },
      128,
    ],
    [
      'mistralai/Mistral-7B-v0.3',
      { ...mistral, rope_theta: 1_000_000, sliding_window: null, vocab_size: 32_768 },
      128,
    ],
    ['Qwen/Qwen2-0.5B', { ...qwen2, max_position_embeddings: 131_072, sliding_window: 131_072 }, 64],
    [
      'Qwen/Qwen2.5-0.5B',
      { ...qwen2, max_position_embeddings: 32_768, sliding_window: 32_768, use_mrope: false },
      64,
    ],
  ])('%s is understood', (_, fields, headWidth) => {
    const config = { ...common, ...fields }
    const description = adapterFor(config, llamaFamily).describe(config)
    expect(description.family).toBe(fields.model_type)
    expect(description.blocks).toHaveLength(fields.num_hidden_layers)
    expect(description.width / description.heads).toBe(headWidth)
  })
})
