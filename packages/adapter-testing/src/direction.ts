import * as tf from '@tensorflow/tfjs-core'
import type { InnerModel, WeightReference } from '@tintjs/inner'

/** A way to move a weight, and the slope of the loss that it is compared with. */
export interface Direction {
  /** In the order of the weight's own numbers, of length 1. */
  readonly unit: Float32Array
  /** How far a measured slope may be off: the distance is chosen so that rounding makes half of it. */
  readonly tolerance: number
  /** The loss where nothing has moved: float32 rounds sums of losses of its size. */
  readonly lossHere: number
}

/** A slope measured by a finite difference, and how far rounding may have moved it. */
export interface MeasuredSlope {
  readonly slope: number
  readonly rounding: number
}

/** What float32 makes of a sum of losses, as a share of it. */
const lossRounding = 2e-7

/** A direction of length 1; undefined for one that is 0. */
export function unitOf(direction: Float32Array): Float32Array | undefined {
  const length = lengthOf(direction)
  return length === 0 ? undefined : direction.map((value) => value / length)
}

/** The length of a vector. */
export function lengthOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0))
}

/** The same signs on every run, from Marsaglia's xorshift. */
export function randomSigns(length: number): Float32Array {
  let state = 88_675_123
  return new Float32Array(length).map(() => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state < 0 ? -1 : 1
  })
}

/**
 * How fast the loss grows as a weight moves along a direction: a central difference over the shortest distance that
 * rounding allows, as the loss bends and ReLUs have kinks; at most a percent of the weight's own length. The weight is
 * put back.
 */
export async function slopeAlong(
  model: InnerModel,
  reference: WeightReference,
  { unit, tolerance, lossHere }: Direction,
  loss: () => Promise<number>,
): Promise<MeasuredSlope> {
  const base = tf.clone(model.weights.get(reference))
  const way = tf.tensor(unit, base.shape)
  const lossAt = (distance: number): Promise<number> => {
    model.weights.set(
      reference,
      tf.tidy(() => tf.add(base, tf.mul(way, distance))),
    )
    return loss()
  }
  try {
    const rounding = lossRounding * lossHere
    const length = lengthOf(await base.data<'float32'>())
    const reach = Math.min((2 * rounding) / tolerance, 0.01 * Math.max(length, 1))
    const slope = ((await lossAt(reach)) - (await lossAt(-reach))) / (2 * reach)
    return { slope, rounding: rounding / reach }
  } finally {
    model.weights.set(reference, base)
    way.dispose()
  }
}
