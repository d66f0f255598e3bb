import { describe, expect, it } from 'vitest'
import { changeText, choicesText } from './loss-texts'

describe('a loss in words', () => {
  it.each([
    [0, '1.0'],
    [2.2775, '9.8'],
    [7.36, '1,572'],
    [13.99, '1.2 million'],
    [26, 'more than a billion'],
    [1e4, 'more than a billion'],
  ])('of %s nats is as unsure as between %s tokens', (loss, text) => {
    expect(choicesText(loss)).toBe(text)
  })

  it.each([
    [2.2775, 1.2855, '−43.6 %'],
    [2.2775, 7.3609, '+223.2 %'],
    [2.2775, 26821.8, '× 11,777'],
    [2.2775, 2.2775, 'none'],
    [2.2775, 2.2774, 'none'],
    [0, 0, 'none'],
  ])('goes from %s to %s by %s', (before, after, text) => {
    expect(changeText(before, after)).toBe(text)
  })
})
