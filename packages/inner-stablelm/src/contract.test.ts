import { describeAdapter, fixtureFolders } from '@tintjs/adapter-testing'
import { stablelm } from './index'

// What every adapter must pass. Fixtures are made with tooling/adapter-fixtures/make_fixtures.py.
describeAdapter(stablelm, {
  fixtures: fixtureFolders(new URL('./fixtures', import.meta.url)),
  refusals: [
    { fields: { hidden_act: 'swiglu' }, message: 'hidden_act is "swiglu"' },
    { fields: { num_attention_heads: 3 }, message: 'num_attention_heads 3' },
  ],
})
