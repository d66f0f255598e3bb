import { type InnerModel, initialiseInnerModel } from '@tintjs/inner'
import { opt } from '@tintjs/inner-opt'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors } from '@tintjs/tensor/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { exact, tint, trainingStep } from './index'

const config = {
  model_type: 'opt',
  hidden_size: 16,
  num_attention_heads: 2,
  num_hidden_layers: 2,
  ffn_dim: 24,
  max_position_embeddings: 24,
  vocab_size: 13,
  layer_norm_elementwise_affine: false,
}
const tokens = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

/** A norm without scale and bias gives the very tensor that it remembers: whoever frees one must not free the other. */
describe.each([
  ['pre-norm', {}],
  ['post-norm', { do_layer_norm_before: false }],
  ['pre-norm without biases', { enable_bias: false }],
])('norms without parameters, %s', (_, variant) => {
  it.each([
    ['analytic', tint({ derivative: { kind: 'analytic' } })],
    ['exact', exact()],
    ['by differences', tint()],
  ])('learn %s, in several steps, and leave nothing behind', async (_, gradient) => {
    await expectBalancedTensors(async () => {
      const model: InnerModel = initialiseInnerModel(opt, { ...config, ...variant })
      const step = await trainingStep(model, tokens, {
        trainLength: 8,
        learningRate: 0.1,
        steps: 3,
        gradient,
      })
      expect(step.lossAfter).not.toBe(step.lossBefore)
      step.dispose()
      model.dispose()
    })
  })
})
