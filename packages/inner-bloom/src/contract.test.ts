import { describeAdapter } from '@tintjs/adapter-testing'
import { goldenCases } from '@tooling/golden-cases'
import { bloom } from './index'

describeAdapter(bloom, {
  fixtures: goldenCases('bloom').map(({ folder }) => folder),
  configs: {
    'the residual after the norm, and heads that are no power of two': {
      model_type: 'bloom',
      hidden_size: 24,
      n_head: 3,
      n_layer: 2,
      vocab_size: 40,
      apply_residual_connection_post_layernorm: true,
    },
  },
})
