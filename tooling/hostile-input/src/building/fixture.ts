import type { FolderContent } from '../hostile-case'
import { checkpointFolder } from './checkpoint'
import { oneTensor } from './safetensors'

const loss = { lossAfter: 2 }

/** `case.json` of a step with right answers, some of its fields replaced. */
export const caseText = (fields: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    ...{ kind: 'gpt2', inputIds: [[1, 2, 3, 4]], trainLength: 2, learningRate: 0.1, steps: 1, layers: 1 },
    ...{ gradientMask: null, attentionMask: null, positionIds: null, lossGradient: 'softmax' },
    ...{ updateNormWeights: false },
    expected: { lossBefore: 3, valueOnlyAttentionGradient: loss, exactGradient: loss },
    ...fields,
  })

/** The folder of a fixture, as adapters are tested with. */
export const fixtureFolder = (): FolderContent => ({
  ...checkpointFolder(),
  'case.json': caseText(),
  'expected.safetensors': oneTensor(),
})
