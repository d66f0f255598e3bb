const shape = (hidden_size: number, num_attention_heads: number, num_hidden_layers: number) => ({
  model_type: 'gpt_neox',
  vocab_size: 50_304,
  hidden_size,
  num_attention_heads,
  num_hidden_layers,
  intermediate_size: 4 * hidden_size,
  max_position_embeddings: 2048,
  rotary_pct: 0.25,
  rotary_emb_base: 10_000,
  use_parallel_residual: true,
})

/** Configurations of the released sizes of Pythia, for planning and benchmarks without a checkpoint. */
export const pythiaShapes = {
  'pythia-70m': shape(512, 8, 6),
  'pythia-160m': shape(768, 12, 12),
  'pythia-410m': shape(1024, 16, 24),
  'pythia-1b': shape(2048, 8, 16),
  'pythia-1.4b': shape(2048, 16, 24),
} as const
