import { describeAdapter, fixtureFolders } from '@tintjs/adapter-testing'
import { phi } from './index'

// What every adapter must pass. Fixtures are made with tooling/adapter-fixtures/make_fixtures.py.
describeAdapter(phi, {
  fixtures: fixtureFolders(new URL('./fixtures', import.meta.url)),
  configs: {
    'a narrow MLP and one block': {
      model_type: 'phi',
      hidden_size: 24,
      intermediate_size: 20,
      num_attention_heads: 3,
      num_key_value_heads: 1,
      num_hidden_layers: 1,
      vocab_size: 40,
      max_position_embeddings: 32,
    },
  },
  refusals: [
    { fields: { hidden_act: 'swiglu' }, message: 'hidden_act is "swiglu"' },
    { fields: { qk_layernorm: true }, message: 'qk_layernorm is true' },
    { fields: { rope_scaling: { type: 'dynamic', factor: 2 } }, message: 'rope_scaling' },
    { fields: { num_attention_heads: 3 }, message: 'num_attention_heads 3' },
  ],
})
