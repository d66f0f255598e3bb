import * as z from 'zod'

const positive = z.number().positive()

/** The middle and the ends of several measurements. */
export const spreadSchema = z.strictObject({ median: positive, min: positive, max: positive })

/** @typedef {import('zod').infer<typeof spreadSchema>} Spread */

/** @param {readonly number[]} values at least one */
export function median(values) {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * @param {readonly number[]} values at least one
 * @returns {Spread}
 */
export function spreadOf(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
}

/**
 * The ratio of each round to the yardstick's same round: both had the machine in the same mood.
 *
 * @param {readonly number[]} values one for each round
 * @param {readonly number[] | undefined} yardstick of the same rounds
 * @returns {Spread | null} null without a yardstick
 */
export function ratioOf(values, yardstick) {
  return yardstick === undefined ? null : spreadOf(values.map((value, round) => value / yardstick[round]))
}

/**
 * The slope of the straight line through points in logarithmic coordinates, by least squares: the power with which `y`
 * grows with `x`.
 *
 * @param {readonly { x: number, y: number }[]} points two or more, all numbers above 0
 */
export function logarithmicSlope(points) {
  const [xs, ys] = [points.map(({ x }) => Math.log(x)), points.map(({ y }) => Math.log(y))]
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanX, meanY] = [mean(xs), mean(ys)]
  const together = xs.reduce((sum, x, index) => sum + (x - meanX) * (ys[index] - meanY), 0)
  return together / xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0)
}
