import { describe, expect, it } from 'vitest'
import { logarithmicSlope, median, ratioOf } from './statistics.mjs'

describe('what is made of measurements', () => {
  it('takes the middle of an odd number of values, and between the middle two of an even one', () => {
    expect(median([5, 1, 3])).toBe(3)
    expect(median([10, 1, 3, 5])).toBe(4)
  })

  it('takes ratios round by round: not the ratio of medians', () => {
    expect(ratioOf([1, 4, 9], [2, 2, 3])).toEqual({ median: 2, min: 0.5, max: 3 })
    expect(ratioOf([1, 4], undefined)).toBeNull()
  })

  it('finds the power of a growth whatever its factor', () => {
    const points = [1, 2, 4, 16].map((x) => ({ x, y: 7 * x ** 1.5 }))
    expect(logarithmicSlope(points)).toBeCloseTo(1.5, 12)
  })

  it('fits by least squares where points lie on no line', () => {
    // In powers of two: (0, 0), (1, 2), (2, 1). The slope is 1 / 2.
    const points = [
      { x: 1, y: 1 },
      { x: 2, y: 4 },
      { x: 4, y: 2 },
    ]
    expect(logarithmicSlope(points)).toBeCloseTo(0.5, 12)
  })
})
