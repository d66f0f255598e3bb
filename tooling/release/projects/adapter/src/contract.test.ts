import { describeAdapter, fixtureFolders } from '@tintjs/adapter-testing'
import { gptBigCode } from './gpt-bigcode'

describeAdapter(gptBigCode, {
  fixtures: fixtureFolders(new URL('./fixtures', import.meta.url)),
  refusals: [
    { fields: { multi_query: false }, message: 'multi_query is false' },
    { fields: { add_cross_attention: true }, message: 'add_cross_attention is true' },
  ],
})
