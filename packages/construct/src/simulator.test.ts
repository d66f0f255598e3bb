import * as tf from '@tensorflow/tfjs-core'
import { initialiseInnerModel } from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { DimensionError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { beforeAll, expect, it } from 'vitest'
import { planTint } from './plan/plan-tint'
import { constructTint, designTint } from './simulator'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

const configOf = (width: number, heads: number) => ({
  model_type: 'gpt2',
  n_embd: width,
  n_head: heads,
  n_layer: 1,
  n_positions: 12,
  vocab_size: 17,
})

it.each([
  [60, 4],
  [48, 6],
])('refuses a plan for another model, of width %d with %d heads', (width, heads) => {
  const plan = planTint(gpt2.describe(configOf(width, heads)))
  const model = initialiseInnerModel(gpt2, configOf(48, 4))
  const tensors = tf.memory().numTensors
  for (const build of [constructTint.bind(null, model), designTint.bind(null, model.description)]) {
    expect(() => build(plan)).toThrow(DimensionError)
    expect(() => build(plan)).toThrow(
      `The plan is for a model of width ${width} with ${heads} heads, and this one has width 48 and 4 heads`,
    )
  }
  expect(tf.memory().numTensors).toBe(tensors)
  model.dispose()
})
