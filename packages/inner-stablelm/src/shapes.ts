const common = {
  model_type: 'stablelm',
  max_position_embeddings: 4096,
  num_attention_heads: 32,
  num_key_value_heads: 32,
} as const

/** Configurations of the released sizes, for planning and benchmarks without a checkpoint. */
export const stablelmShapes = {
  'stablelm-2-1.6b': {
    ...common,
    hidden_size: 2048,
    intermediate_size: 5632,
    num_hidden_layers: 24,
    vocab_size: 100_352,
    use_qkv_bias: true,
  },
  'stablelm-3b-4e1t': {
    ...common,
    hidden_size: 2560,
    intermediate_size: 6912,
    num_hidden_layers: 32,
    vocab_size: 50_304,
  },
} as const
