import * as tf from '@tensorflow/tfjs-core'
import { tint } from '@tintjs/inner'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { moduleParameters } from '../accounting/count'
import { planTint } from '../plan/plan-tint'
import { runModule } from '../program/run-block'
import { runModuleDensely } from '../program/run-dense'
import { constructTint } from '../simulator'
import { denseState } from '../state/dense-state'
import { executionOf, randomState, smallModels } from '../test-support/small-models'
import { materialiseStep, stepParameters } from './operator'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

/** Differences of small scale: they multiply float32's rounding by it, in both executions. */
const gradients = fc
  .record({
    kind: fc.constantFrom('central', 'forward'),
    lossGradient: fc.constantFrom('softmax', 'quad', 'target'),
  })
  .map(({ kind, lossGradient }) => tint({ derivative: { kind, scale: 8 }, lossGradient }))

describe('structured execution', () => {
  it('gives what dense matrices give, in every module of random small models', async () => {
    await fc.assert(
      fc.asyncProperty(
        smallModels,
        gradients,
        fc.boolean(),
        fc.integer({ min: 1, max: 2 }),
        fc.nat(1000),
        async ({ make }, gradient, updateNormWeights, batch, seed) => {
          await expectBalancedTensors(async () => {
            const model = make()
            const simulator = constructTint(model, planTint(model.description), {
              gradient,
              updateNormWeights,
            })
            // Rows of the loss module count the batch's first sequence.
            const tokens = 6
            const execution = executionOf(simulator, tokens)
            for (const module of simulator.modules) {
              const [structured, dense] = tf.tidy(() => {
                const before = randomState(module, execution, batch, seed)
                const size = { batch, tokens }
                const after = denseState(runModule(module, before, execution), simulator.dimensions, size)
                const right = runModuleDensely(
                  module,
                  denseState(before, simulator.dimensions, size),
                  execution,
                )
                return [after, right]
              })
              const largest = (await right(dense)).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
              await expectSame(structured, dense, 2e-5 * Math.max(1, largest), module.kind)
              tf.dispose([structured, dense])
            }
            execution.attention.dispose()
            simulator.dispose()
            model.dispose()
          })
        },
      ),
      { numRuns: 12, seed: 20240601 },
    )
  })

  it('counts as many parameters as the dense matrices have', async () => {
    await fc.assert(
      fc.asyncProperty(smallModels, fc.boolean(), async ({ make }, updateNormWeights) => {
        await expectBalancedTensors(() => {
          const model = make()
          const simulator = constructTint(model, planTint(model.description), { updateNormWeights })
          const { dimensions, modules } = simulator
          for (const module of modules) {
            let total = 0
            for (const step of module.steps) {
              tf.tidy(() => {
                const matrices = materialiseStep(step, { dimensions, learningRate: 1 })
                const shapes = Object.fromEntries(
                  Object.entries(matrices).map(([name, matrix]) => [name, matrix.shape]),
                )
                expect(shapes).toEqual(stepParameters(step, dimensions))
                for (const matrix of Object.values(matrices)) total += matrix.size
              })
            }
            expect(moduleParameters(module, dimensions), module.kind).toBe(total)
          }
          simulator.dispose()
          model.dispose()
          return Promise.resolve()
        })
      }),
      { numRuns: 6, seed: 7 },
    )
  })
})

const right = (tensor: tf.Tensor) => tensor.data<'float32'>()

async function expectSame(found: tf.Tensor, expected: tf.Tensor, absolute: number, kind: string) {
  try {
    expectClose(found, expected, { absolute })
  } catch (error) {
    throw new Error(`${kind}: ${(error as Error).message}`)
  }
}
