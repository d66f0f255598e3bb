import { describeAdapter } from '@tintjs/adapter-testing'
import { goldenCases } from '@tooling/golden-cases'
import { gptj } from './index'

describeAdapter(gptj, {
  fixtures: goldenCases('gptj').map(({ folder }) => folder),
  configs: {
    'an MLP that is no multiple of the width': {
      model_type: 'gptj',
      n_embd: 24,
      n_head: 3,
      n_inner: 40,
      n_layer: 2,
      n_positions: 32,
      rotary_dim: 4,
      vocab_size: 40,
    },
  },
  refusals: [{ fields: { rotary: false }, message: 'rotary is false' }],
})
