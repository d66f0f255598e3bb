import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  arrangements,
  countFittingDemonstrations,
  demonstrationContext,
  maskOf,
  trainingTargets,
  views,
} from './context'
import type { Demonstration } from './tokenized'

/** Of so many tokens, the last but one of which is the answer. */
const demonstration = (length: number, first = 0): Demonstration => ({
  tokens: Int32Array.from({ length }, (_, index) => first + index),
  isAnswer: Uint8Array.from({ length }, (_, index) => (index === length - 2 ? 1 : 0)),
})

describe('demonstrationContext', () => {
  const both = [demonstration(3, 10), demonstration(2, 20)]

  it('puts them into one context, with one begin of text', () => {
    const context = demonstrationContext(both, { arrangement: 'single', beginOfText: 7 })
    expect([...context.tokens]).toEqual([7, 10, 11, 12, 20, 21])
    expect([...context.contextStart]).toEqual([0, 0, 0, 0, 0, 0])
    expect([...trainingTargets(context, 'whole')]).toEqual([0, 1, 1, 1, 1, 1])
    expect([...trainingTargets(context, 'labels')]).toEqual([0, 0, 1, 0, 1, 0])
    expect(maskOf(context, 'demonstrations', 9)).toEqual({})
  })

  it('gives each a context of its own, with a begin of text and positions from 0', () => {
    const context = demonstrationContext(both, { arrangement: 'separate', beginOfText: 7 })
    expect([...context.tokens]).toEqual([7, 10, 11, 12, 7, 20, 21])
    expect([...trainingTargets(context, 'whole')]).toEqual([0, 1, 1, 1, 0, 1, 1])
    const { attentionMask, positionIds } = maskOf(context, 'demonstrations', 9)
    expect(attentionMask!.map((row) => Array.from(row as Uint8Array).join(''))).toEqual([
      '100000000',
      '110000000',
      '111000000',
      '111100000',
      '000010000',
      '000011000',
      '000011100',
      '111111110',
      '111111111',
    ])
    expect(Array.from(positionIds as Int32Array)).toEqual([0, 1, 2, 3, 0, 1, 2, 7, 8])
  })

  it('hides them from what follows and sees itself alone', () => {
    const context = demonstrationContext(both, { arrangement: 'separate' })
    const { attentionMask, positionIds } = maskOf(context, 'itself', 6)
    expect([...(attentionMask![5] as Uint8Array)]).toEqual([0, 0, 0, 0, 0, 1])
    expect(Array.from(positionIds as Int32Array)).toEqual([0, 1, 2, 0, 1, 0])
  })

  it('learns no token that nothing comes before', () => {
    const context = demonstrationContext(both, { arrangement: 'separate' })
    expect([...trainingTargets(context, 'whole')]).toEqual([0, 1, 1, 0, 1])
    // The second one's answer is its first token.
    expect([...trainingTargets(context, 'labels')]).toEqual([0, 1, 0, 0, 0])
  })
})

describe('countFittingDemonstrations', () => {
  it('keeps whole demonstrations, the last ones, as many as leave room for the question', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 2, max: 12 }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 20, max: 60 }),
        fc.constantFrom(...arrangements),
        fc.constantFrom(...views),
        fc.option(fc.constant(1), { nil: undefined }),
        (lengths, questionLength, maximumPositions, arrangement, view, beginOfText) => {
          const all = lengths.map((length) => demonstration(length))
          const room = { arrangement, view, maximumPositions, beginOfText }
          const count = countFittingDemonstrations(all, questionLength, room)
          const used = (kept: number) =>
            demonstrationContext(all.slice(all.length - kept), room).tokens.length +
            (view === 'demonstrations' ? questionLength : 1)
          if (view === 'itself' && arrangement === 'separate') expect(count).toBe(all.length)
          else if (count > 0) expect(used(count)).toBeLessThanOrEqual(maximumPositions)
          if (count < all.length) expect(used(count + 1)).toBeGreaterThan(maximumPositions)
        },
      ),
    )
  })
})
