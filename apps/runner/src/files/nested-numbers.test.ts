import { describe, expect, it } from 'vitest'
import { firstDeviation } from './nested-numbers'

const ids = { depths: [1, 2], number: 'a whole number' } as const
const matrix = { depths: [2, 3], number: 'the number 0 or 1' } as const

describe('firstDeviation', () => {
  it.each([
    ['text among ids', [[1, 2, 3, 'a']], ids, '[0][3] is "a"; expected a whole number'],
    ['text first', ['a', 1], ids, '[0] is "a"; expected a whole number'],
    ['nothing', [1, null], ids, '[1] is null; expected a whole number'],
    [
      'a number that is too large',
      [Number.POSITIVE_INFINITY],
      ids,
      '[0] is Infinity; expected a whole number',
    ],
    ['an object', { ids: [1] }, ids, 'the content is an object; expected a list'],
    [
      'a list too many',
      JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`),
      ids,
      '[0][0] is a list; expected a whole number',
    ],
    ['a list among numbers', [1, [2]], ids, '[1] is a list; expected a whole number'],
    ['a number among lists', [[1], 2], ids, '[1] is 2; expected a list'],
    ['truth values', [[[1], [true]]], matrix, '[0][1][0] is true; expected the number 0 or 1'],
    ['a flat mask', [0, 1], matrix, '[0] is 0; expected a list'],
  ])('names %s', (_, value, nested, words) => {
    expect(firstDeviation(value, nested)).toBe(words)
  })

  it('cuts what is long', () => {
    expect(firstDeviation(['x'.repeat(99)], ids)).toBe(
      `[0] is "${'x'.repeat(39)}...; expected a whole number`,
    )
  })

  it('finds nothing where all is right', () => {
    expect(firstDeviation([[1], [2, 3]], ids)).toBeUndefined()
    expect(firstDeviation([[0, 1]], matrix)).toBeUndefined()
  })
})
