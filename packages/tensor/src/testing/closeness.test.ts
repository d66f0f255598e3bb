import '@tensorflow/tfjs-backend-cpu'
import { scalar, setBackend, tensor2d } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectClose, maximumAbsoluteDifference, type NumericValues, relativeError } from '../testing'

const infinity = Number.POSITIVE_INFINITY
const loose = { relative: 1e6, absolute: 1e6 }

describe('expectClose', () => {
  test('accepts what is equal, in every form', async () => {
    await setBackend('cpu')
    const tensor = tensor2d([1, 2, 3, 4, 5, 6], [2, 3])
    const nested = [
      [1, 2, 3],
      [4, 5, 6],
    ]
    expectClose(tensor, nested)
    expectClose(nested, { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) })
    expectClose(Float32Array.of(1, 2), [1, 2])
    expectClose(2.5, { shape: [], data: [2.5] })
    expectClose(scalar(2.5), 2.5)
    expectClose([], new Float32Array(0))
    expectClose([0, infinity, -infinity], [-0, infinity, -infinity])
    expectClose([[], []], { shape: [2, 0], data: [] })
    tensor.dispose()
  })

  test('without tolerances only equal numbers pass', () => {
    expect(() => expectClose(1, 1 + Number.EPSILON)).toThrow(/1 of 1 values differ/)
  })

  test('the relative tolerance is of the expected value, the absolute one is added', () => {
    expectClose(110, 100, { relative: 0.1 })
    expect(() => expectClose(100, 110, { relative: 0.09 })).toThrow()
    expect(() => expectClose(111, 100, { relative: 0.1 })).toThrow()
    expectClose(111, 100, { relative: 0.1, absolute: 1 })
    expectClose(-0.5, 0, { absolute: 0.5 })
    expect(() => expectClose(-0.5, 0, { relative: 100 })).toThrow()
  })

  test.each<[string, NumericValues, NumericValues]>([
    ['NaN and a number', Number.NaN, 1],
    ['a number and NaN', 1, Number.NaN],
    ['NaN and Infinity', Number.NaN, infinity],
    ['Infinity and NaN', infinity, Number.NaN],
    ['NaN and NaN', Number.NaN, Number.NaN],
    ['Infinity and -Infinity', infinity, -infinity],
    ['Infinity and the largest number', infinity, Number.MAX_VALUE],
    ['the largest number and Infinity', Number.MAX_VALUE, infinity],
    ['the largest number and its negative', Number.MAX_VALUE, -Number.MAX_VALUE],
    ['one bad value of many', [1, 2, Number.NaN, 4], [1, 2, 3, 4]],
  ])('refuses %s with any tolerance', (_, actual, expected) => {
    expect(() => expectClose(actual, expected, loose)).toThrow(/1 of \d values differ/)
    expect(maximumAbsoluteDifference(actual, expected)).toBe(infinity)
  })

  test('NaN equals NaN, and nothing else, where that is asked for', () => {
    expectClose([Number.NaN, 1], [Number.NaN, 1], { nanEqualsNan: true })
    expect(() => expectClose([Number.NaN], [infinity], { nanEqualsNan: true, ...loose })).toThrow()
    expect(() => expectClose([1], [Number.NaN], { nanEqualsNan: true, ...loose })).toThrow()
  })

  test('the message tells where, what, how much and how many', () => {
    const actual = [
      [1, 2.5, 3],
      [4, 5, 9],
    ]
    const expected = [
      [1, 2, 3],
      [4, 5, 6],
    ]
    expect(() => expectClose(actual, expected, { absolute: 0.1 })).toThrow(
      '2 of 6 values differ by more than 0.1 + 0 * |expected|: ' +
        'first at [0,1]: actual 2.5, expected 2, error 0.5; ' +
        'largest error at [1,2]: actual 9, expected 6, error 3',
    )
  })

  test.each<[string, NumericValues, NumericValues, RegExp]>([
    ['other lengths', [1, 2], [1], /actual has shape \[2\], expected shape \[1\]/],
    ['a number and an array', 1, [1], /actual has shape \[\], expected shape \[1\]/],
    ['other shapes of one length', [[1, 2]], [[1], [2]], /shape \[1,2\], expected shape \[2,1\]/],
    ['other empty shapes', [[]], [], /shape \[1,0\], expected shape \[0\]/],
    ['rows of two lengths', [[1], [1, 2]], [[1], [1]], /actual has rows of shapes \[1\] and \[2\]/],
    ['data that does not fit', [1], { shape: [1], data: [1, 2] }, /expected has 2 elements, .* \[1\]/],
    ['a text', JSON.parse('["1"]'), [1], /actual holds 1, expected numbers only/],
  ])('refuses %s', (_, actual, expected, message) => {
    expect(() => expectClose(actual, expected, loose)).toThrow(message)
    expect(() => relativeError(actual, expected)).toThrow(message)
    expect(() => maximumAbsoluteDifference(actual, expected)).toThrow(message)
  })

  test.each([Number.NaN, infinity, -1])('refuses the tolerance %d', (tolerance) => {
    expect(() => expectClose(1, 1, { relative: tolerance })).toThrow(/relative is .* finite tolerance/)
    expect(() => expectClose(1, 1, { absolute: tolerance })).toThrow(/absolute is .* finite tolerance/)
  })
})

describe('relativeError', () => {
  test('is the Frobenius norm of the difference over that of the expected values', () => {
    expect(relativeError([3, 4 + 0.5], [3, 4])).toBeCloseTo(0.1, 12)
    expect(relativeError([0, 0], [3, 4])).toBe(1)
    expect(relativeError([0, 0], [0, 0])).toBe(0)
    expect(relativeError([], [])).toBe(0)
    expect(relativeError([1e-30, 0], [0, 0])).toBe(infinity)
  })

  test('does not depend on the unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1000 }), (power) => {
        const unit = 2 ** power
        expect(relativeError([3 * unit, 4.5 * unit], [3 * unit, 4 * unit])).toBeCloseTo(0.1, 12)
      }),
    )
  })

  test.each([
    [Number.NaN, 1],
    [1, Number.NaN],
    [Number.NaN, Number.NaN],
    [infinity, infinity],
    [1, infinity],
  ])('is Infinity for %d and %d', (actual, expected) => {
    expect(relativeError([actual, 1], [expected, 1])).toBe(infinity)
  })
})

test('maximumAbsoluteDifference', () => {
  expect(maximumAbsoluteDifference([1, -2, 3], [1, 2, 3.5])).toBe(4)
  expect(maximumAbsoluteDifference([infinity], [infinity])).toBe(0)
  expect(maximumAbsoluteDifference([], [])).toBe(0)
})
