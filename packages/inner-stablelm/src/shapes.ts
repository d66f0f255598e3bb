/** Configurations of sizes, for planning and benchmarks without a checkpoint. */
export const stablelmShapes = {
  'stablelm-tiny': {
    model_type: 'stablelm',
    hidden_size: 32,
    num_attention_heads: 4,
    num_hidden_layers: 2,
    intermediate_size: 48,
    vocab_size: 64,
    max_position_embeddings: 48,
  },
} as const
