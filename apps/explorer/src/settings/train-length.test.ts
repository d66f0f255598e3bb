import { describe, expect, it } from 'vitest'
import { shareOf, trainLengthOf } from './train-length'

describe('the train length', () => {
  it('leaves something to learn and something to predict', () => {
    expect(trainLengthOf(0.001, 100)).toBe(2)
    expect(trainLengthOf(0.999, 100)).toBe(99)
    expect(trainLengthOf(0.7, 493)).toBe(345)
    expect(trainLengthOf(0.5, 3)).toBe(2)
  })

  it.each([3, 7, 100, 493, 512, 2048])('is a share of %i tokens and back', (tokens) => {
    for (let length = 2; length < tokens; length++) {
      expect(trainLengthOf(shareOf(length, tokens), tokens)).toBe(length)
    }
  })

  it('is a share of few digits', () => {
    expect(shareOf(345, 493)).toBe(0.7)
  })
})
