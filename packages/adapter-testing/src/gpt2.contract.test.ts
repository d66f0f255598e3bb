import { gpt2 } from '@tintjs/inner-gpt2'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { describeAdapter } from './index'

// The golden cases that differ most; simulate's tests run all of them.
describeAdapter(gpt2, {
  fixtures: ['gpt2-batch-of-3', 'gpt2-two-steps-top-2-layers'].map((name) => goldenCaseNamed(name).folder),
  refusals: [
    { fields: { activation_function: 'swiglu' }, message: 'activation_function is "swiglu"' },
    { fields: { add_cross_attention: true }, message: 'add_cross_attention is true' },
    { fields: { n_head: 3 }, message: 'n_embd 64 and n_head 3' },
    { fields: { n_layer: 1.5 }, message: 'n_layer is 1.5' },
    { fields: { rotary_dim: 4 }, message: 'rotary_dim = 4' },
    { fields: { n_embd: 0 }, message: 'n_embd is 0' },
  ],
})
