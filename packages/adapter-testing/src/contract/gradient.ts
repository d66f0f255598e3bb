import { blockParameters, type InnerModel, scoreTokens, type WeightReference } from '@tintjs/inner'
import { exact, tint, trainingStep } from '@tintjs/simulate'
import { expect, it } from 'vitest'
import { type Direction, lengthOf, randomSigns, slopeAlong, unitOf } from '../direction'
import { measureStep } from '../measured-step'
import type { Subject } from '../subject'

/** The exact gradient is the loss's own slope, and `exact` is one choice of TinT's options. */
export function registerGradient({ tokens, options, lossGradient }: Subject, model: () => InnerModel): void {
  it("has an exact gradient that is the training loss's slope along every weight", async () => {
    await expectSlopes(
      model(),
      tokens[0] ?? [],
      options,
      await exactGradients(model(), tokens[0] ?? [], options),
    )
  })

  it('has an exact gradient that is tint with the full attention gradient and analytic derivatives', async () => {
    const same = tint({ lossGradient, attentionGradient: 'full', derivative: { kind: 'analytic' } })
    const whole = { ...options, updateNormWeights: true }
    const right = await measureStep(model(), tokens, { ...whole, gradient: exact({ lossGradient }) })
    const found = await measureStep(model(), tokens, { ...whole, gradient: same })
    expect(found.lossAfter).toBe(right.lossAfter)
    for (const [name, { data }] of right.weights) expect(found.weights.get(name)?.data, name).toEqual(data)
    const valueOnly = await measureStep(model(), tokens, { ...whole, gradient: tint({ lossGradient }) })
    expect(valueOnly.lossAfter).not.toBe(right.lossAfter)
  })
}

/**
 * The loss grows along every weight as its gradient says.
 *
 * @throws Error naming the weight whose gradient is wrong, or how little of the gradient float32 lets one see
 */
export async function expectSlopes(
  model: InnerModel,
  tokens: readonly number[],
  options: Subject['options'],
  gradients: readonly WeightGradient[],
): Promise<void> {
  const loss = () => trainingLoss(model, tokens, options)
  const lossHere = await loss()
  let [seen, all] = [0, 0]
  for (const { reference, gradient } of gradients) {
    const size = lengthOf(gradient)
    all += size ** 2
    for (const direction of directionsFor(gradient, lossHere)) {
      const expected = direction.unit.reduce((sum, value, index) => sum + value * (gradient[index] ?? 0), 0)
      const { slope, rounding } = await slopeAlong(model, reference, direction, loss)
      expect(
        Math.abs(slope - expected),
        `${reference.name}: the loss has slope ${slope}, the gradient says ${expected}`,
      ).toBeLessThanOrEqual(direction.tolerance + rounding)
      if (expected > 0.99 * size && rounding < 0.1 * size) seen += size ** 2
    }
  }
  // Where float32 would hide a wrong gradient, nothing was tested: that must be a small part of it.
  expect(seen / all).toBeGreaterThan(0.9)
}

/** What a weight's loss gradient is found to be. */
export interface WeightGradient {
  readonly reference: WeightReference
  /** As the layer sees the weight. */
  readonly gradient: Float32Array
}

/** Large enough that the difference of two weights keeps its digits; the step is not used for anything else. */
const rate = 0.1

/** What one step of exact descent takes from each weight, norm scales too, divided by its rate. */
export async function exactGradients(
  model: InnerModel,
  tokens: readonly number[],
  { trainLength, trainMask, attentionMask, positionIds }: Subject['options'],
): Promise<WeightGradient[]> {
  const step = await trainingStep(model, tokens, {
    trainLength,
    trainMask,
    attentionMask,
    positionIds,
    learningRate: rate,
    gradient: exact(),
    updateNormWeights: true,
  })
  try {
    const gradients: WeightGradient[] = []
    for (const reference of blockParameters(model.description)) {
      const before = await model.weights.get(reference).data<'float32'>()
      const learned = step.model.weight(reference)
      const after = await learned.data<'float32'>()
      learned.dispose()
      gradients.push({
        reference,
        gradient: before.map((value, index) => (value - (after[index] ?? 0)) / rate),
      })
    }
    return gradients
  } finally {
    step.dispose()
  }
}

/**
 * Along the gradient, where the slope is its length: an error in any part that it has shows. Along random signs, where
 * the slope is about its length over the root of its size: a part that it lacks shows, if it is as large as the rest.
 */
function directionsFor(gradient: Float32Array, lossHere: number): Direction[] {
  const size = lengthOf(gradient)
  const along = unitOf(gradient)
  const signs = unitOf(randomSigns(gradient.length))
  return [
    ...(along === undefined ? [] : [{ unit: along, tolerance: 0.02 * size, lossHere }]),
    ...(signs === undefined
      ? []
      : [{ unit: signs, tolerance: (0.6 * size) / Math.sqrt(gradient.length), lossHere }]),
  ]
}

/**
 * The sum that a step descends: cross-entropy of the targets `1..n-1` that the train mask keeps, in nats. Tokens after
 * them have no part in it.
 */
async function trainingLoss(
  model: InnerModel,
  tokens: readonly number[],
  { trainLength, trainMask, attentionMask, positionIds }: Subject['options'],
): Promise<number> {
  const n = Number(trainLength)
  const rows = attentionMask as number[][] | undefined
  const [score] = await scoreTokens(model, tokens.slice(0, n), {
    attentionMask: rows?.slice(0, n).map((row) => row.slice(0, n)),
    positionIds: (positionIds as number[] | undefined)?.slice(0, n),
  })
  const mask = trainMask as readonly number[] | undefined
  return (score?.tokenLosses ?? new Float32Array()).reduce(
    (sum, loss, index) => sum + loss * (mask?.[index + 1] ?? 1),
    0,
  )
}
