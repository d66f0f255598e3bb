import type { Adapter } from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { opt } from '@tintjs/inner-opt'
import { type GoldenCase, goldenCases } from '@tooling/golden-cases'
import { expect } from 'vitest'
import type { GradientChoice, TrainingStepOptions } from './index'

/**
 * The families that simulate is tested on. The others pass the same cases in their own packages, by adapter-testing,
 * which depends on this one.
 */
export const adapters: readonly Adapter[] = [gpt2, opt]

/** The golden cases of those families. */
export const cases = (): GoldenCase[] => goldenCases(...adapters.map(({ family }) => family))

/** The step that a golden case describes. */
export function stepOptions(golden: GoldenCase, gradient?: GradientChoice): TrainingStepOptions {
  return {
    trainLength: golden.trainLength,
    learningRate: golden.learningRate,
    steps: golden.steps,
    layers: golden.layers,
    updateNormWeights: golden.updateNormWeights,
    gradient,
    trainMask: golden.gradientMask ?? undefined,
    attentionMask: golden.attentionMask ?? undefined,
    positionIds: golden.positionIds ?? undefined,
  }
}

/** A loss after a step is within a share of the change that is right, plus what float32 makes of losses of its size. */
export function expectLossClose(
  found: number,
  right: number,
  before: number,
  share: number,
  floor = 2e-5,
): void {
  expect(Math.abs(found - right)).toBeLessThanOrEqual(share * Math.abs(right - before) + floor)
}
