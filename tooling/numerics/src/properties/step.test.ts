import * as tf from '@tensorflow/tfjs-core'
import { useEngine } from '@tintjs/tensor/node'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exactGradients, longCases, randomCases, tintGradients } from '../random-models/step'
import { runsOf } from './runs'
import { expectRightStep, isNearKink, rightSteps, takeStep, withTrial } from './trial'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})
// Whatever was drawn, also where a case was left out halfway.
afterAll(() => expect(tf.memory().numTensors).toBe(0))

/** All that a step computes against the reference, sequence by sequence: a batch is its sequences one by one. */
const isRight = (gradients: typeof exactGradients, cases = randomCases()) =>
  fc.asyncProperty(cases, gradients, (sample, gradient) =>
    withTrial(sample, gradient, async (trial) => {
      const right = rightSteps(trial)
      fc.pre(!isNearKink(right))
      const found = await takeStep(trial)
      expect(found).toHaveLength(right.length)
      found.forEach((own, sequence) => {
        expectRightStep(own, right[sequence]!, trial.parameters)
      })
    }),
  )

describe('a step on a random model, against a reference in float64', () => {
  it('with exact gradients: logits, losses and every weight', async () => {
    await fc.assert(isRight(exactGradients), runsOf(25))
  })

  it("with TinT's gradient and any of its options: logits, losses and every weight", async () => {
    await fc.assert(isRight(tintGradients), runsOf(40))
  })

  it('of contexts so long that attention computes them in bands', async () => {
    const { numRuns, ...settings } = runsOf(2)
    // Each takes the reference a second.
    const gradients = fc.oneof(exactGradients, tintGradients)
    await fc.assert(isRight(gradients, longCases), { ...settings, numRuns: Math.min(numRuns, 20) })
  })
})
