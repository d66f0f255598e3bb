const shape = (hidden_size: number, num_attention_heads: number, num_hidden_layers: number) => ({
  model_type: 'opt',
  hidden_size,
  num_attention_heads,
  num_hidden_layers,
  ffn_dim: 4 * hidden_size,
  word_embed_proj_dim: hidden_size,
})

/** Configurations of the released sizes, for planning and benchmarks without a checkpoint. */
export const optShapes = {
  'opt-125m': shape(768, 12, 12),
  'opt-350m': { ...shape(1024, 16, 24), do_layer_norm_before: false, word_embed_proj_dim: 512 },
  'opt-1.3b': shape(2048, 32, 24),
  'opt-2.7b': shape(2560, 32, 32),
} as const
