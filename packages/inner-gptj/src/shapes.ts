/** Configurations of the released sizes, for planning and benchmarks without a checkpoint. */
export const gptjShapes = {
  'gpt-j-6b': { model_type: 'gptj', n_embd: 4096, n_head: 16, n_layer: 28, rotary_dim: 64 },
} as const
