import { flattenPair, type NumericValues } from './numeric-values'

/** How far values may be from what is expected: `|actual - expected| <= absolute + relative * |expected|`. */
export interface ClosenessOptions {
  /** Share of the expected value; default 0. */
  readonly relative?: number
  /** In the unit of the values; default 0. */
  readonly absolute?: number
  /** Whether NaN is right where NaN is expected; default false: NaN equals nothing. */
  readonly nanEqualsNan?: boolean
}

interface Difference {
  readonly index: number
  readonly actual: number
  readonly expected: number
  /** Infinity where one of the two is not finite. */
  readonly error: number
}

/**
 * Throws unless shapes are equal and every element is close to the expected one. Without tolerances the values
 * must be equal (0 and -0 are). Infinity equals only itself, with any tolerance; NaN equals nothing unless
 * `nanEqualsNan`. (`expectArraysClose` of tfjs lets NaN equal Infinity and tolerates 1e-3.)
 *
 * @throws Error with the first and the worst difference and how many there are; also for shapes that differ, and
 *   for tolerances that are negative or not finite
 */
export function expectClose(
  actual: NumericValues,
  expected: NumericValues,
  options: ClosenessOptions = {},
): void {
  const relative = checkedTolerance('relative', options.relative)
  const absolute = checkedTolerance('absolute', options.absolute)
  const [left, right] = flattenPair(actual, expected)
  let count = 0
  let first: Difference | undefined
  let worst: Difference | undefined
  for (let index = 0; index < left.data.length; index++) {
    const found = left.data[index] ?? Number.NaN
    const wanted = right.data[index] ?? Number.NaN
    if (options.nanEqualsNan && Number.isNaN(found) && Number.isNaN(wanted)) continue
    const error = distance(found, wanted)
    // By itself: with Infinity expected, the tolerance below is infinite or NaN.
    if (error === 0) continue
    const tolerance = absolute + relative * Math.abs(wanted)
    // An infinite error always fails, also where a huge expected value makes the tolerance infinite.
    if (error < Number.POSITIVE_INFINITY && error <= tolerance) continue
    count++
    const difference = { index, actual: found, expected: wanted, error }
    first ??= difference
    if (!worst || error > worst.error) worst = difference
  }
  if (!first || !worst) return
  const worstText = worst === first ? '' : `; largest error ${describe(worst, left.shape)}`
  throw new Error(
    `${count} of ${left.data.length} values differ by more than ${absolute} + ${relative} * |expected|: ` +
      `first ${describe(first, left.shape)}${worstText}`,
  )
}

/**
 * Error of all values together, in the Frobenius norm: `||actual - expected|| / ||expected||`.
 *
 * @returns 0 for equal values, also if all are 0; Infinity where any value is not finite, or where `expected` is
 *   all 0 and `actual` is not: so `error > tolerance` catches every failure
 * @throws Error for shapes that differ
 */
export function relativeError(actual: NumericValues, expected: NumericValues): number {
  const [left, right] = flattenPair(actual, expected)
  // Sums of squares of values up to 1 neither overflow nor vanish, whatever the unit of the values.
  const scale = Math.max(largestMagnitude(left.data), largestMagnitude(right.data))
  if (scale === 0) return 0
  if (scale === Number.POSITIVE_INFINITY) return scale
  let difference = 0
  let size = 0
  for (let index = 0; index < left.data.length; index++) {
    const found = (left.data[index] ?? Number.NaN) / scale
    const wanted = (right.data[index] ?? Number.NaN) / scale
    difference += (found - wanted) ** 2
    size += wanted ** 2
  }
  return difference === 0 ? 0 : Math.sqrt(difference) / Math.sqrt(size)
}

/** The largest `|value|`; Infinity where one is NaN. */
function largestMagnitude(values: ArrayLike<number>): number {
  let largest = 0
  for (let index = 0; index < values.length; index++) {
    const magnitude = Math.abs(values[index] ?? Number.NaN)
    if (Number.isNaN(magnitude)) return Number.POSITIVE_INFINITY
    if (magnitude > largest) largest = magnitude
  }
  return largest
}

/**
 * The largest `|actual - expected|`.
 *
 * @returns 0 for no elements; Infinity where one value is NaN or the two are different infinities
 * @throws Error for shapes that differ
 */
export function maximumAbsoluteDifference(actual: NumericValues, expected: NumericValues): number {
  const [left, right] = flattenPair(actual, expected)
  let maximum = 0
  for (let index = 0; index < left.data.length; index++) {
    maximum = Math.max(maximum, distance(left.data[index] ?? Number.NaN, right.data[index] ?? Number.NaN))
  }
  return maximum
}

/** `|found - wanted|`; 0 for equal infinities, Infinity for NaN. */
function distance(found: number, wanted: number): number {
  if (found === wanted) return 0
  const difference = Math.abs(found - wanted)
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference
}

function checkedTolerance(name: string, value = 0): number {
  if (Number.isFinite(value) && value >= 0) return value
  throw new Error(`${name} is ${value}, expected a finite tolerance from 0`)
}

function describe({ index, actual, expected, error }: Difference, shape: readonly number[]): string {
  return `at [${positionOf(index, shape)}]: actual ${actual}, expected ${expected}, error ${error}`
}

/** The position of a flat index along each axis. */
function positionOf(index: number, shape: readonly number[]): number[] {
  let rest = index
  const position: number[] = []
  for (const size of [...shape].reverse()) {
    position.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return position
}
