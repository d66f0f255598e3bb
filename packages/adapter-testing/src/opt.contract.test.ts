import { opt } from '@tintjs/inner-opt'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { describeAdapter } from './index'

// The golden cases that differ most; simulate's tests run all of them.
describeAdapter(opt, {
  fixtures: ['opt-post-norm-projected-embeddings', 'opt-separate-demonstrations'].map(
    (name) => goldenCaseNamed(name).folder,
  ),
  refusals: [
    { fields: { activation_function: 'swiglu' }, message: 'activation_function is "swiglu"' },
    { fields: { num_attention_heads: 3 }, message: 'hidden_size 64 and num_attention_heads 3' },
    { fields: { rotary_dim: 4 }, message: 'rotary_dim = 4' },
    { fields: { hidden_size: 0 }, message: 'hidden_size is 0' },
  ],
})
