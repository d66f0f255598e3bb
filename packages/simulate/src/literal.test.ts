import { constructTint, planTint } from '@tintjs/construct'
import { type InnerModel, loadInnerModel } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { InputError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose, relativeError } from '@tintjs/tensor/testing'
import { type GoldenCase, goldenCaseNamed } from '@tooling/golden-cases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exact, type GradientChoice, literal, type TrainingStepOptions, tint, trainingStep } from './index'
import { adapters, cases, expectLossClose, stepOptions } from './test-support'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

const load = (golden: GoldenCase) => loadInnerModel(folderSource(golden.folder), { adapters })

/** The simulator with the dimensions that a case carries. */
function simulatorOf(
  model: InnerModel,
  golden: GoldenCase,
  gradient: GradientChoice,
  updateNormWeights = false,
) {
  const { numPrefixTokens, hiddenSize, numHeads } = golden.tint
  const sizes = { prefixTokens: numPrefixTokens, hiddenSize, simulatorHeads: numHeads }
  return constructTint(model, planTint(model.description, sizes), { gradient, updateNormWeights })
}

async function literalStep(
  model: InnerModel,
  golden: GoldenCase,
  gradient: GradientChoice,
  options: Partial<TrainingStepOptions> = {},
) {
  const simulator = simulatorOf(
    model,
    golden,
    gradient,
    options.updateNormWeights ?? golden.updateNormWeights,
  )
  try {
    return await trainingStep(model, golden.inputIds, {
      ...stepOptions(golden),
      ...options,
      execution: literal(simulator),
    })
  } finally {
    simulator.dispose()
  }
}

/** The tolerances of tooling/golden-cases/README.md: a simulator subtracts two values of a function, and float32 rounds both. */
describe.each(cases().map((golden) => [golden.name, golden] as const))('%s, literally', (_, golden) => {
  const { lossBefore, valueOnlyAttentionGradient, authorsCode } = golden.expected
  const { lossGradient } = golden
  let model: InnerModel

  beforeAll(async () => {
    model = await load(golden)
  })
  afterAll(() => model.dispose())

  it('agrees with fused execution and with the right answers: losses, logits and every weight', async () => {
    const gradient = tint({ lossGradient })
    const options = { keepLogits: true }
    const found = await literalStep(model, golden, gradient, options)
    const fused = await trainingStep(model, golden.inputIds, {
      ...stepOptions(golden, gradient),
      ...options,
    })
    expect(Math.abs(found.lossBefore - lossBefore) / lossBefore).toBeLessThanOrEqual(2e-5)
    expectLossClose(found.lossAfter, fused.lossAfter, fused.lossBefore, 0.005)
    expectLossClose(found.lossAfter, valueOnlyAttentionGradient.lossAfter, lossBefore, 0.005)
    const logits = await fused.logitsAfter!.data<'float32'>()
    const largest = logits.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    expectClose(found.logitsAfter!, fused.logitsAfter!, { absolute: 1e-3 * largest })
    await expectSameUpdates(model, golden, gradient, found, fused)
    found.dispose()
    fused.dispose()
  })

  it.runIf(authorsCode !== undefined)("reproduces the authors' code, with its noise", async () => {
    const gradient = tint({ lossGradient, compatibility: 'authors-code' })
    const found = await literalStep(model, golden, gradient)
    const fused = await trainingStep(model, golden.inputIds, stepOptions(golden, gradient))
    const share = golden.steps > 1 ? 0.06 : 0.025
    expectLossClose(found.lossAfter, authorsCode!.lossAfter, lossBefore, share, 2e-5)
    expectLossClose(found.lossAfter, fused.lossAfter, fused.lossBefore, 0.05)
    found.dispose()
    fused.dispose()
  })
})

/** Each weight's change, literal against fused: half a percent in the Frobenius norm, as the golden cases allow. */
async function expectSameUpdates(
  model: InnerModel,
  golden: GoldenCase,
  gradient: GradientChoice,
  found: Awaited<ReturnType<typeof trainingStep>>,
  fused: Awaited<ReturnType<typeof trainingStep>>,
  options: Partial<TrainingStepOptions> = {},
) {
  const unchanged = await trainingStep(model, golden.inputIds, {
    ...stepOptions(golden, gradient),
    ...options,
    learningRate: 0,
  })
  const [before, right, own] = await Promise.all([unchanged, fused, found].map(weightsOf))
  expect([...own!.keys()]).toEqual([...right!.keys()])
  for (const [name, values] of right!) {
    const base = before!.get(name)!
    const change = values.map((value, index) => value - base[index]!)
    const ownChange = own!.get(name)!.map((value, index) => value - base[index]!)
    if (change.every((value) => value === 0)) expectClose(ownChange, change)
    else expect(relativeError(ownChange, change), name).toBeLessThan(0.005)
  }
  unchanged.dispose()
}

async function weightsOf({ model }: Awaited<ReturnType<typeof trainingStep>>) {
  const weights = new Map<string, Float32Array>()
  for (const { name, materialise } of model.updatedWeights()) {
    const value = materialise()
    weights.set(name, await value.data<'float32'>())
    value.dispose()
  }
  return weights
}

describe('literal steps', () => {
  const golden = goldenCaseNamed('opt-one-step')
  let model: InnerModel

  beforeAll(async () => {
    model = await load(golden)
  })
  afterAll(() => model.dispose())

  it('learn scales of norms where they are told to, as fused ones do', async () => {
    const gradient = tint()
    const options = { updateNormWeights: true }
    const found = await literalStep(model, golden, gradient, options)
    const fused = await trainingStep(model, golden.inputIds, { ...stepOptions(golden, gradient), ...options })
    const biasOnly = await trainingStep(model, golden.inputIds, stepOptions(golden, gradient))
    expectLossClose(found.lossAfter, fused.lossAfter, fused.lossBefore, 0.005)
    expect(Math.abs(fused.lossAfter - biasOnly.lossAfter)).toBeGreaterThan(1e-4)
    await expectSameUpdates(model, golden, gradient, found, fused, options)
    for (const step of [found, fused, biasOnly]) step.dispose()
  })

  it('learn chunk by chunk, as fused ones do', async () => {
    const gradient = tint()
    // The case's own rate overshoots in six updates, which makes the rounding of each matter.
    const rate = { learningRate: 0.1 * golden.learningRate, steps: 2 }
    const options = { ...rate, chunks: 3 }
    const found = await literalStep(model, golden, gradient, options)
    const fused = await trainingStep(model, golden.inputIds, { ...stepOptions(golden, gradient), ...options })
    const whole = await trainingStep(model, golden.inputIds, {
      ...stepOptions(golden, gradient),
      ...rate,
    })
    expectLossClose(found.lossAfter, fused.lossAfter, fused.lossBefore, 0.005)
    expect(Math.abs(fused.lossAfter - whole.lossAfter)).toBeGreaterThan(1e-4)
    await expectSameUpdates(model, golden, gradient, found, fused, options)
    for (const step of [found, fused, whole]) step.dispose()
  })

  it('give an adapted model that scores as the step did', async () => {
    const found = await literalStep(model, golden, tint())
    const { lossAfter } = found
    const logits = await found.model.score(golden.inputIds)
    const mean = (values: ArrayLike<number>) =>
      Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
    const tested = logits[0]!.tokenLosses.slice(golden.trainLength - 1)
    expect(mean(tested)).toBeCloseTo(lossAfter, 4)
    found.dispose()
  })

  it('leave no tensor behind, also when they are stopped', async () => {
    await expectBalancedTensors(async () => {
      const found = await literalStep(model, golden, tint())
      found.dispose()
    })
    await expectBalancedTensors(async () => {
      const controller = new AbortController()
      const stopped = literalStep(model, golden, tint(), {
        signal: controller.signal,
        onProgress: ({ done }) => {
          if (done === 6) controller.abort(new Error('enough'))
        },
      })
      await expect(stopped).rejects.toThrow('enough')
    })
  })

  it('report the same progress as fused ones', async () => {
    const phases = async (execution: 'fused' | 'literal') => {
      const seen: string[] = []
      const onProgress: TrainingStepOptions['onProgress'] = ({ phase, done, total }) => {
        seen.push(`${phase} ${done}/${total}`)
      }
      const options = { ...stepOptions(golden, tint()), steps: 2, layers: 2, onProgress }
      const step =
        execution === 'fused'
          ? await trainingStep(model, golden.inputIds, options)
          : await literalStep(model, golden, tint(), { steps: 2, layers: 2, onProgress })
      step.dispose()
      return seen
    }
    expect(await phases('literal')).toEqual(await phases('fused'))
  })

  it('refuse what a simulator cannot do, and inputs that it was not planned for', async () => {
    expect(() => simulatorOf(model, golden, exact())).toThrow(
      /attention gradient is "full"; expected "value"/,
    )
    expect(() => simulatorOf(model, golden, tint({ derivative: { kind: 'analytic' } }))).toThrow(InputError)
    const short = constructTint(model, planTint(model.description, { maxLength: 20 }))
    const options = { trainLength: 10, learningRate: 1e-2, execution: literal(short) }
    await expect(trainingStep(model, golden.inputIds, options)).rejects.toThrow(/more than the 20/)
    const tokens = golden.inputIds[0]!.slice(0, 20)
    const another = { ...options, gradient: tint({ lossGradient: 'quad' }) }
    await expect(trainingStep(model, tokens, another)).rejects.toThrow(/was constructed for/)
    const norms = { ...options, updateNormWeights: true }
    await expect(trainingStep(model, tokens, norms)).rejects.toThrow(/constructed with false/)
    const other = await load(golden)
    await expect(trainingStep(other, tokens, options)).rejects.toThrow(/another model/)
    other.dispose()
    short.dispose()
  })
})
