import { describeAdapter, fixtureFolders } from '@tintjs/adapter-testing'
import { goldenCases } from '@tooling/golden-cases'
import { llama, mistral, qwen2 } from './index'

/** Steps with right answers that tooling/adapter-fixtures/make_fixtures.py has made. */
const stepsOf = (family: string) =>
  fixtureFolders(new URL('./fixtures', import.meta.url)).filter((folder) => folder.endsWith(`${family}-step`))

describeAdapter(llama, {
  fixtures: goldenCases('llama').map(({ folder }) => folder),
  configs: {
    'biases, one head of keys and values, an MLP narrower than the model': {
      model_type: 'llama',
      hidden_size: 24,
      intermediate_size: 20,
      num_attention_heads: 3,
      num_key_value_heads: 1,
      num_hidden_layers: 1,
      vocab_size: 40,
      max_position_embeddings: 32,
      attention_bias: true,
      mlp_bias: true,
      tie_word_embeddings: true,
    },
  },
  refusals: [{ fields: { hidden_act: 'swiglu' }, message: 'hidden_act is "swiglu"' }],
})

describeAdapter(mistral, {
  fixtures: stepsOf('mistral'),
  refusals: [{ fields: { sliding_window: 0 }, message: 'sliding_window' }],
})

describeAdapter(qwen2, {
  fixtures: stepsOf('qwen2'),
  refusals: [{ fields: { layer_types: ['full_attention'] }, message: 'layer_types' }],
})
