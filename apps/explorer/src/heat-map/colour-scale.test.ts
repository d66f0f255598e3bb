import { describe, expect, it } from 'vitest'
import { colourNumbers, magnitudeOf } from './colour-scale'

describe('the colours of a heat map', () => {
  it('tell signs and sizes apart', () => {
    const pixels = colourNumbers([0, 1, -1, 0.25, 7, Number.NaN], 1, false)
    const colour = (index: number) => [...pixels.slice(index * 4, index * 4 + 4)]
    expect(colour(0)).toEqual([250, 251, 252, 255])
    expect(colour(1)).toEqual([8, 40, 92, 255])
    expect(colour(2)).toEqual([96, 40, 0, 255])
    // What is beyond the scale is as strong as its end.
    expect(colour(4)).toEqual(colour(1))
    expect(colour(3)).not.toEqual(colour(1))
  })

  it('are of another zero in the dark', () => {
    expect([...colourNumbers([0], 1, true)]).toEqual([22, 26, 31, 255])
  })
})

describe('magnitudeOf', () => {
  it('is not that of one outlier', () => {
    const values = Float32Array.from({ length: 5000 }, () => 0.5)
    values[7] = 1e6
    expect(magnitudeOf(values)).toBe(0.5)
  })

  it('is above zero, whatever is in the numbers', () => {
    expect(magnitudeOf(new Float32Array(3))).toBe(1)
    expect(magnitudeOf(new Float32Array())).toBe(1)
    expect(magnitudeOf(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, -2))).toBe(2)
  })
})
