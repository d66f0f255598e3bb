import { describeAdapter } from '@tintjs/adapter-testing'
import { goldenCases } from '@tooling/golden-cases'
import { gptNeoX } from './index'

describeAdapter(gptNeoX, {
  fixtures: goldenCases('gpt_neox').map(({ folder }) => folder),
  configs: {
    'one residual after the other, an MLP that is no multiple of the width': {
      model_type: 'gpt_neox',
      hidden_size: 24,
      intermediate_size: 40,
      num_attention_heads: 3,
      num_hidden_layers: 2,
      vocab_size: 40,
      max_position_embeddings: 32,
      use_parallel_residual: false,
      rotary_pct: 0.5,
    },
  },
  refusals: [{ fields: { hidden_act: 'swiglu' }, message: 'hidden_act is "swiglu"' }],
})
