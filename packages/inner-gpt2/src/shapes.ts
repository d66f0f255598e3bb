const shape = (n_embd: number, n_head: number, n_layer: number) => ({
  model_type: 'gpt2',
  n_embd,
  n_head,
  n_layer,
})

/** Configurations of the released sizes, for planning and benchmarks without a checkpoint. */
export const gpt2Shapes = {
  gpt2: shape(768, 12, 12),
  'gpt2-medium': shape(1024, 16, 24),
  'gpt2-large': shape(1280, 20, 36),
  'gpt2-xl': shape(1600, 25, 48),
} as const
