import { join } from 'node:path'
import type { InnerModel } from '@tintjs/inner'
import { exact, tint } from '@tintjs/simulate'
import { beforeAll, expect, it } from 'vitest'
import { type AdapterFixture, readTensors, type StoredTensor } from '../fixture'
import { measureStep } from '../measured-step'
import { analytic, type Subject } from '../subject'
import { expectLogitsClose, expectLossClose, expectSameChanges, tolerances } from '../tolerances'

/** A fixture's own numbers: logits and losses before and after, every updated weight, and the exact step's loss. */
export function registerRightAnswers(
  fixture: AdapterFixture,
  { tokens, options, lossGradient }: Subject,
  model: () => InnerModel,
): void {
  const { lossBefore, valueOnlyAttentionGradient, exactGradient } = fixture.expected
  let expected: ReadonlyMap<string, StoredTensor>

  beforeAll(async () => {
    expected = await readTensors(join(fixture.folder, 'expected.safetensors'))
  })

  const rightTensor = (name: string): StoredTensor => {
    const tensor = expected.get(name)
    if (tensor !== undefined) return tensor
    throw new Error(`expected.safetensors of ${fixture.folder} has no ${name}; make the fixture again.`)
  }
  const rightWeights = () =>
    new Map(
      [...expected]
        .filter(([name]) => name.startsWith('updated.'))
        .map(([name, tensor]) => [name.slice('updated.'.length), tensor]),
    )

  it('gives the right loss and logits before the step', async () => {
    const step = await measureStep(model(), tokens, { ...options, learningRate: 0 })
    const error = Math.abs(step.lossBefore - lossBefore) / lossBefore
    expect(error, `the loss is ${step.lossBefore}; expected ${lossBefore}`).toBeLessThanOrEqual(
      tolerances.lossBefore,
    )
    expectLogitsClose(step.logitsBefore, rightTensor('logits_before'), tolerances.logits)
  })

  it('with analytic derivatives gives the right step: loss, logits and every weight', async () => {
    const gradient = analytic(lossGradient)
    const step = await measureStep(model(), tokens, { ...options, gradient })
    const before = await measureStep(model(), tokens, { ...options, gradient, learningRate: 0 })
    expectLossClose(
      step.lossAfter,
      valueOnlyAttentionGradient.lossAfter,
      lossBefore,
      tolerances.analyticChange,
    )
    expectLogitsClose(step.logitsAfter, rightTensor('logits_after'), tolerances.logits)
    expectSameChanges(step.weights, rightWeights(), before.weights)
  })

  it('with finite differences stays within half a percent of the right step', async () => {
    const { lossAfter } = await measureStep(model(), tokens, { ...options, gradient: tint({ lossGradient }) })
    expectLossClose(lossAfter, valueOnlyAttentionGradient.lossAfter, lossBefore, tolerances.differenceChange)
  })

  it('with the exact gradient gives dynamic evaluation', async () => {
    const { lossAfter } = await measureStep(model(), tokens, {
      ...options,
      gradient: exact({ lossGradient }),
    })
    expectLossClose(lossAfter, exactGradient.lossAfter, lossBefore, tolerances.analyticChange)
  })
}
