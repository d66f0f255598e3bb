import { describe, expect, it } from 'vitest'
import { remainingText } from './progress'

describe('remainingText', () => {
  it.each([
    [1000, 0.1, '9 s left'],
    [1000, 0.9, '1 s left'],
    [4000, 0.01, '7 min left'],
    [4000, 1, '0 s left'],
  ])('after %d ms with %d done: %s', (elapsed, share, words) => {
    expect(remainingText(elapsed, share)).toBe(words)
  })

  it('estimates nothing before anything is done', () => {
    expect(remainingText(1000, 0)).toBe('')
  })
})
