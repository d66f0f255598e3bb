import { InputError } from '@tintjs/tensor'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contextsOf } from './contexts'

/** Token `i` is `i` and stands for `i % 3` bytes. */
const text = (length: number) => ({
  ids: Int32Array.from({ length }, (_, index) => index),
  byteLengths: Int32Array.from({ length }, (_, index) => index % 3),
  wordStarts: Int32Array.from({ length }, (_, index) => index % 2),
})

const tokens = (...given: Parameters<typeof contextsOf>) =>
  contextsOf(...given).contexts.map(({ id, tokens }) => [id, ...tokens])

describe('contextsOf', () => {
  it('cuts windows that do not overlap, and drops a last partial one', () => {
    expect(tokens(text(11), { context: 4 })).toEqual([
      [0, 0, 1, 2, 3],
      [1, 4, 5, 6, 7],
    ])
    expect(contextsOf(text(8), { context: 4 }).contexts.map(({ byteLengths }) => [...byteLengths])).toEqual([
      [0, 1, 2, 0],
      [1, 2, 0, 1],
    ])
  })

  it('puts the begin-of-text token in the place of a token of the text, with no bytes', () => {
    const { contexts } = contextsOf(text(7), { context: 4, beginOfText: 99 })
    expect(contexts.map(({ tokens }) => [...tokens])).toEqual([
      [99, 0, 1, 2],
      [99, 3, 4, 5],
    ])
    expect([...contexts[1]!.byteLengths]).toEqual([0, 0, 1, 2])
  })

  it('takes parts that meet without a gap, under the ids that they have in the whole', () => {
    for (const share of [0.1, 0.2, 0.29, 0.5, 0.7]) {
      const whole = contextsOf(text(300), { context: 3 })
      const parts = [
        contextsOf(text(300), { context: 3, part: [0, share] }),
        contextsOf(text(300), { context: 3, part: [share, 1] }),
      ]
      expect(parts.flatMap(({ contexts }) => contexts)).toEqual(whole.contexts)
      expect(parts[0]!.contexts).toHaveLength(Math.round(100 * share))
      expect(parts.map(({ available }) => available)).toEqual([100, 100])
    }
  })

  it('overlaps by a stride, and says which tokens no window before has', () => {
    const { contexts, available } = contextsOf(text(12), { context: 6, stride: 2 })
    expect(contexts.map(({ tokens: [first], firstNew }) => [first, firstNew])).toEqual([
      [0, 0],
      [2, 4],
      [4, 4],
      [6, 4],
    ])
    expect(available).toBe(4)
    expect(contextsOf(text(12), { context: 6, stride: 6 })).toEqual(contextsOf(text(12), { context: 6 }))
  })

  it('has every token once among the new ones, with a begin-of-text token or without', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 12 }),
        fc.integer({ min: 1, max: 11 }),
        fc.integer({ min: 12, max: 60 }),
        fc.boolean(),
        (context, anyStride, length, begins) => {
          const stride = Math.min(anyStride, begins ? context - 1 : context)
          const { contexts } = contextsOf(text(length), {
            context,
            stride,
            beginOfText: begins ? -1 : undefined,
          })
          const seen = contexts.flatMap(({ tokens, firstNew }) => [...tokens.subarray(firstNew)])
          const found = seen.filter((token) => token !== -1)
          expect(found).toEqual(Array.from({ length: found.length }, (_, index) => index))
          expect(length - found.length).toBeLessThan(stride)
        },
      ),
      { seed: 4 },
    )
  })

  it('takes the first ones up to a limit', () => {
    expect(tokens(text(30), { context: 3, part: [0.2, 1], limit: 2 }).map(([id]) => id)).toEqual([2, 3])
    expect(tokens(text(30), { context: 3, limit: 99 })).toHaveLength(10)
  })

  it.each<[string, Parameters<typeof contextsOf>[1], RegExp]>([
    ['a text that is too short', { context: 12 }, /has 11 tokens; expected at least 12/],
    ['a tiny context', { context: 2 }, /The context is 2; expected .* at least 3/],
    ['half a context', { context: 3.5 }, /The context is 3\.5/],
    ['an empty part', { context: 3, part: [0.1, 0.2] }, /0\.1:0\.2 of the text's 3 contexts holds none/],
    ['a part the wrong way round', { context: 3, part: [0.5, 0.2] }, /0\.5:0\.2; expected two shares/],
    ['a part that is no number', { context: 3, part: [Number.NaN, 1] }, /NaN:1/],
    ['a part outside the text', { context: 3, part: [0, 1.2] }, /0:1\.2/],
    ['no stride at all', { context: 3, stride: 0 }, /The stride is 0; expected .* from 1 to 3/],
    ['gaps', { context: 3, stride: 3, beginOfText: 1 }, /The stride is 3; expected .* from 1 to 2/],
    ['an endless limit', { context: 3, limit: Number.POSITIVE_INFINITY }, /The limit is Infinity/],
    ['no limit at all', { context: 3, limit: 0 }, /The limit is 0/],
  ])('refuses %s', (_, options, words) => {
    expect(() => contextsOf(text(11), options)).toThrow(InputError)
    expect(() => contextsOf(text(11), options)).toThrow(words)
  })
})
