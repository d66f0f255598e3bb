import * as tf from '@tensorflow/tfjs-core'
import { checkInputs, initialiseInnerModel } from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { DimensionError, InputError } from '@tintjs/tensor'
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

it('refuses positions that were not planned, and takes the last one that was', () => {
  const model = initialiseInnerModel(gpt2, configOf(48, 4))
  const simulator = constructTint(model, planTint(model.description, { maxLength: 8 }))
  const start = (last: number) => {
    const inputs = checkInputs(model.description, [1, 2, 3], { positionIds: [0, 1, last] })
    const train = { rows: Int32Array.of(0), targets: Int32Array.of(2) }
    return simulator.start({ inputs, learningRate: 0.1, layers: 1, train, learnedPositions: 1 })
  }
  const tensors = tf.memory().numTensors
  expect(() => start(8)).toThrow(InputError)
  expect(() => start(8)).toThrow(
    'positionIds has 8, beyond the 8 positions that the simulator was planned for',
  )
  start(7).dispose()
  expect(tf.memory().numTensors).toBe(tensors)
  simulator.dispose()
  model.dispose()
})
