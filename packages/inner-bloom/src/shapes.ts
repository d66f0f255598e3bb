const shape = (hidden_size: number, n_head: number, n_layer: number) => ({
  model_type: 'bloom',
  hidden_size,
  n_head,
  n_layer,
  seq_length: 2048,
})

/** Configurations of released sizes, for planning and benchmarks without a checkpoint. */
export const bloomShapes = {
  'bloom-560m': shape(1024, 16, 24),
  'bloom-1b1': shape(1536, 16, 24),
  'bloom-1b7': shape(2048, 16, 24),
  'bloom-3b': shape(2560, 32, 30),
  'bloom-7b1': shape(4096, 32, 30),
} as const
