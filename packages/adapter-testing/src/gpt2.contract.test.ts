import { gpt2 } from '@tintjs/inner-gpt2'
import { goldenCases } from '@tooling/golden-cases'
import { describeAdapter } from './index'

describeAdapter(gpt2, {
  fixtures: goldenCases('gpt2').map(({ folder }) => folder),
  refusals: [
    { fields: { activation_function: 'swiglu' }, message: 'activation_function is "swiglu"' },
    { fields: { add_cross_attention: true }, message: 'add_cross_attention is true' },
    { fields: { n_head: 3 }, message: 'n_embd 64 and n_head 3' },
    { fields: { n_layer: 1.5 }, message: 'n_layer is 1.5' },
    { fields: { rotary_dim: 4 }, message: 'rotary_dim = 4' },
    { fields: { n_embd: 0 }, message: 'n_embd is 0' },
  ],
})
