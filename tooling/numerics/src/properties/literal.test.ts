import * as tf from '@tensorflow/tfjs-core'
import { constructTint, planTint, type TintPlan } from '@tintjs/construct'
import type { InnerModelDescription } from '@tintjs/inner'
import { literal } from '@tintjs/simulate'
import { DimensionError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { literalGradients, randomCases } from '../random-models/step'
import { runsOf } from './runs'
import { expectRightStep, isNearKink, rightSteps, takeStep, withTrial } from './trial'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})
// Whatever was drawn, also where a case was left out halfway.
afterAll(() => expect(tf.memory().numTensors).toBe(0))

/** Prefix tokens that a simulator can be asked for; where they do not fit the model, the plan chooses. */
const prefixes = fc.constantFrom(undefined, 1, 2, 3, 4)

function planFor(description: InnerModelDescription, prefixTokens: number | undefined): TintPlan {
  try {
    return planTint(description, { prefixTokens })
  } catch (error) {
    if (!(error instanceof DimensionError)) throw error
    return planTint(description)
  }
}

describe('the simulator of a random model, run literally', () => {
  it('computes what fused execution does, and both are right: logits, losses and every weight', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomCases({ simulable: true }),
        literalGradients,
        prefixes,
        (sample, gradient, asked) =>
          withTrial(sample, gradient, async (trial) => {
            const right = rightSteps(trial, true)
            fc.pre(!isNearKink(right))
            const { updateNormWeights } = trial.step
            const plan = planFor(trial.model.description, asked)
            const simulator = constructTint(trial.model, plan, { gradient, updateNormWeights })
            try {
              const found = await takeStep(trial, literal(simulator))
              const fused = await takeStep(trial)
              expect(found).toHaveLength(right.length)
              right.forEach((answer, sequence) => {
                expectRightStep(found[sequence]!, answer, trial.parameters)
                expectRightStep(fused[sequence]!, answer, trial.parameters)
              })
            } finally {
              simulator.dispose()
            }
          }),
      ),
      runsOf(14),
    )
  })
})
