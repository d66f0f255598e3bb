import type { GoldenCase } from '@tooling/golden-cases'
import { expect } from 'vitest'
import type { GradientChoice, TrainingStepOptions } from './index'

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
