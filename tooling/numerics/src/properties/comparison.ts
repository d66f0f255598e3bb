import { expect } from 'vitest'

/**
 * By how many times an engine's error may exceed what rounding to float32 does in the reference. It adds in another order,
 * and its exponentials, hyperbolic tangents and error functions are off by some units in the last place. Of
 * 1,500 random steps the worst was off by 28 times as much.
 */
const allowance = 64

/** The length of a vector. */
export function lengthOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += (values[index] ?? Number.NaN) ** 2
  return Math.sqrt(sum)
}

/** The numbers by which two vectors differ. */
export function differenceOf(first: ArrayLike<number>, second: ArrayLike<number>): Float64Array {
  expect(first.length).toBe(second.length)
  return Float64Array.from(first, (value, index) => value - (second[index] ?? Number.NaN))
}

/** What a result is compared with. */
export interface RightAnswer {
  /** In float64. */
  readonly right: ArrayLike<number>
  /** With every number rounded to float32 on the way: how much of the right answer float32 can tell. */
  readonly rounded: ArrayLike<number>
  /** What the result's own rounding to float32 is, once more, as a length. */
  readonly resolution: number
}

/**
 * A vector is as near to the right one as float32 can bring it.
 *
 * @param what names it in the message
 */
export function expectAsRight(
  found: ArrayLike<number>,
  { right, rounded, resolution }: RightAnswer,
  what: string,
): void {
  const error = lengthOf(differenceOf(found, right))
  const allowed = allowance * (lengthOf(differenceOf(rounded, right)) + resolution)
  expect(
    error,
    `${what}: off by ${error} of ${lengthOf(right)}, expected at most ${allowed}`,
  ).toBeLessThanOrEqual(allowed)
}

/** Half a unit in the last place of float32, as a share. */
export const float32Rounding = 2 ** -24
