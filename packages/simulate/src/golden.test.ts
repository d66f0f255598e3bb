import { type InnerModel, loadInnerModel } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { readSafetensorsHeader, readTensorData } from '@tintjs/tensor'
import { openFileSource, useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose, relativeError } from '@tintjs/tensor/testing'
import type { GoldenCase } from '@tooling/golden-cases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exact, type GradientChoice, tint, trainingStep } from './index'
import { adapters, cases, expectLossClose, stepOptions } from './test-support'

type Expected = ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>

async function readExpected({ folder }: GoldenCase): Promise<Expected> {
  const file = await openFileSource(`${folder}/expected.safetensors`)
  try {
    const { tensors } = await readSafetensorsHeader(file)
    const entries = new Map<string, { shape: readonly number[]; data: Float32Array }>()
    for (const [name, entry] of tensors) {
      entries.set(name, { shape: entry.shape, data: await readTensorData(file, entry) })
    }
    return entries
  } finally {
    await file.close()
  }
}

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

/** The tolerances of tooling/golden-cases/README.md: float32 against float64, and the finite difference's own error. */
describe.each(cases().map((golden) => [golden.name, golden] as const))('%s', (_, golden) => {
  const { lossBefore, valueOnlyAttentionGradient, exactGradient, authorsCode } = golden.expected
  const { lossGradient } = golden
  let model: InnerModel
  let expected: Expected

  beforeAll(async () => {
    model = await loadInnerModel(folderSource(golden.folder), { adapters })
    expected = await readExpected(golden)
  })
  afterAll(() => model.dispose())

  async function lossesOf(gradient: GradientChoice) {
    const step = await trainingStep(model, golden.inputIds, stepOptions(golden, gradient))
    step.dispose()
    return step
  }

  const expectLoss = (found: number, right: number, share: number, floor?: number) =>
    expectLossClose(found, right, lossBefore, share, floor)

  it('gives the exact loss and logits before the step', async () => {
    const options = { ...stepOptions(golden, tint()), keepLogits: true }
    const step = await trainingStep(model, golden.inputIds, options)
    const right = expected.get('logits_before')!
    const largest = right.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    expect(Math.abs(step.lossBefore - lossBefore) / lossBefore).toBeLessThanOrEqual(2e-5)
    expectClose(step.logitsBefore!, right, { absolute: 1e-4 * largest })
    step.dispose()
  })

  it('with analytic derivatives gives the value-only step: loss, logits and every weight', async () => {
    const gradient = tint({ lossGradient, derivative: { kind: 'analytic' } })
    const step = await trainingStep(model, golden.inputIds, {
      ...stepOptions(golden, gradient),
      keepLogits: true,
    })
    expectLoss(step.lossAfter, valueOnlyAttentionGradient.lossAfter, 0.001)
    const right = expected.get('logits_after')!
    const largest = right.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    expectClose(step.logitsAfter!, right, { absolute: 1e-4 * largest })

    const names: string[] = []
    const before = new Map<string, Float32Array>()
    const unchanged = await trainingStep(model, golden.inputIds, {
      ...stepOptions(golden, gradient),
      learningRate: 0,
    })
    for (const { name, materialise } of unchanged.model.updatedWeights()) {
      const value = materialise()
      before.set(name, await value.data<'float32'>())
      value.dispose()
    }
    for (const { name, materialise } of step.model.updatedWeights()) {
      const value = materialise()
      const rightWeight = expected.get(`updated.${name}`)!
      expect(value.shape, name).toEqual(rightWeight.shape)
      const base = before.get(name)!
      const found = (await value.data<'float32'>()).map((number, index) => number - base[index]!)
      const rightChange = rightWeight.data.map((number, index) => number - base[index]!)
      if (rightChange.some((number) => number !== 0))
        expect(relativeError(found, rightChange), name).toBeLessThan(0.005)
      else expectClose(found, rightChange)
      names.push(`updated.${name}`)
      value.dispose()
    }
    expect(names.sort()).toEqual([...expected.keys()].filter((name) => name.startsWith('updated.')).sort())
    step.dispose()
    unchanged.dispose()
  })

  it('with the default derivative stays within half a percent of the value-only step', async () => {
    const { lossAfter } = await lossesOf(tint({ lossGradient }))
    expectLoss(lossAfter, valueOnlyAttentionGradient.lossAfter, 0.005)
  })

  it('with the exact gradient gives dynamic evaluation', async () => {
    const { lossAfter } = await lossesOf(exact({ lossGradient }))
    expectLoss(lossAfter, exactGradient.lossAfter, 0.001)
  })

  it.runIf(authorsCode !== undefined)("reproduces the authors' code, its noise aside", async () => {
    const { lossAfter } = await lossesOf(tint({ lossGradient, compatibility: 'authors-code' }))
    expectLoss(lossAfter, authorsCode!.lossAfter, golden.steps > 1 ? 0.06 : 0.025, 0)
  })

  it('leaves the logits as they are at learning rate 0', async () => {
    const step = await trainingStep(model, golden.inputIds, {
      ...stepOptions(golden, tint()),
      learningRate: 0,
      keepLogits: true,
    })
    expectClose(step.logitsAfter!, step.logitsBefore!)
    step.dispose()
  })

  it('leaves no tensor behind', async () => {
    await expectBalancedTensors(async () => {
      await lossesOf(tint())
    })
  })
})
