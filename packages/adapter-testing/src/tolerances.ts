import { expectClose, relativeError } from '@tintjs/tensor/testing'
import { expect } from 'vitest'
import type { StoredTensor } from './fixture'
import type { MeasuredStep } from './measured-step'

/**
 * How far results may be from right ones. `change` is the right change of the loss. Fixtures are computed in float64;
 * here is float32, which keeps seven digits of each number and loses some in sums.
 */
export const tolerances = {
  /** Share of the loss before the step: the rounding of one forward pass. */
  lossBefore: 2e-5,
  /** Share of the largest logit: the rounding of one forward pass, and of the step where logits are after it. */
  logits: 1e-4,
  /** Share of the largest logit between two forward passes that may add in another order. */
  rounding: 1e-5,
  /** Share of the change, for gradients without finite differences: only rounding is left. */
  analyticChange: 1e-3,
  /** Share of the change, for finite differences: their own error is at most 0.12 % on the golden cases. */
  differenceChange: 5e-3,
  /** In nats, added to both: what float32 makes of losses of a few nats. */
  lossRounding: 2e-5,
  /** Share of a weight's change, in the Frobenius norm: a change is the difference of numbers that are larger. */
  weightChange: 5e-3,
  /** Share of the largest logit that half precision, with its 11 bits, may move logits. */
  logitsInF16: 5e-3,
  /** The same for bfloat16, which has 8 bits. */
  logitsInBf16: 4e-2,
} as const

/** A loss after a step is within a share of the right change, plus rounding. */
export function expectLossClose(found: number, right: number, before: number, share: number): void {
  const allowed = share * Math.abs(right - before) + tolerances.lossRounding
  expect(Math.abs(found - right), `loss ${found}, expected ${right} within ${allowed}`).toBeLessThanOrEqual(
    allowed,
  )
}

/** Logits are equal but for a share of the largest one. */
export function expectLogitsClose(found: StoredTensor, right: StoredTensor, share: number): void {
  const largest = right.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  expectClose(found, right, { absolute: share * largest })
}

/**
 * Every weight has changed as it should.
 *
 * @param before the weights that have not learned, as a step with rate 0 gives them
 */
export function expectSameChanges(
  found: MeasuredStep['weights'],
  right: ReadonlyMap<string, StoredTensor>,
  before: MeasuredStep['weights'],
): void {
  expect([...found.keys()].sort(), 'the weights that learned').toEqual([...right.keys()].sort())
  for (const [name, { shape, data }] of right) {
    const base = before.get(name)?.data ?? new Float32Array()
    const own = found.get(name)
    expect(own?.shape, `the shape of ${name}`).toEqual(shape)
    const change = data.map((value, index) => value - (base[index] ?? Number.NaN))
    const ownChange = (own?.data ?? new Float32Array()).map(
      (value, index) => value - (base[index] ?? Number.NaN),
    )
    if (change.every((value) => value === 0)) expectClose(ownChange, change)
    else
      expect(relativeError(ownChange, change), `the change of ${name}`).toBeLessThan(tolerances.weightChange)
  }
}
