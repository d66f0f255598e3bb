/** Configurations of the released sizes, for planning and benchmarks without a checkpoint. */
export const phiShapes = {
  'phi-1': {
    model_type: 'phi',
    hidden_size: 2048,
    num_attention_heads: 32,
    num_hidden_layers: 24,
    intermediate_size: 8192,
    vocab_size: 51_200,
    max_position_embeddings: 2048,
  },
  'phi-2': {
    model_type: 'phi',
    hidden_size: 2560,
    num_attention_heads: 32,
    num_hidden_layers: 32,
    intermediate_size: 10_240,
    vocab_size: 51_200,
    max_position_embeddings: 2048,
    rope_parameters: { rope_type: 'default', rope_theta: 10_000, partial_rotary_factor: 0.4 },
  },
} as const
