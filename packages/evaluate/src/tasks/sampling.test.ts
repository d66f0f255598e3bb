import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawBalanced, permutation, seededRandom } from './sampling'

const items = (labels: readonly number[]) => labels.map((label, id) => ({ id, label }))
const countOf = (drawn: readonly { readonly label: number }[], label: number) =>
  drawn.filter((item) => item.label === label).length

describe('permutation', () => {
  it('has each number once, and depends on the seed alone', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(), (count, seed) => {
        const order = permutation(count, seededRandom(seed))
        expect(order.toSorted((left, right) => left - right)).toEqual([...Array(count).keys()])
        expect(permutation(count, seededRandom(seed))).toEqual(order)
      }),
    )
    expect(permutation(50, seededRandom(1))).not.toEqual(permutation(50, seededRandom(2)))
  })
})

describe('drawBalanced', () => {
  it('draws as many of each class, but for one, and none twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5 }), fc.nat(40), fc.nat(), (classes, count, seed) => {
        const all = items(Array.from({ length: 200 }, (_, index) => (index * 7) % classes))
        const { items: drawn, leftOut } = drawBalanced(all, { classes, count, seed })
        expect(drawn).toHaveLength(count)
        expect(leftOut).toBe(0)
        expect(new Set(drawn).size).toBe(count)
        const counts = Array.from({ length: classes }, (_, label) => countOf(drawn, label))
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
        expect(drawBalanced(all, { classes, count, seed }).items).toEqual(drawn)
      }),
    )
  })

  it('draws others in place of those that cannot be used, and counts these', () => {
    const all = items(Array.from({ length: 100 }, (_, index) => index % 2))
    const { items: drawn, leftOut } = drawBalanced(all, {
      ...{ classes: 2, count: 20, seed: 3 },
      usable: ({ id }) => id % 3 !== 0,
    })
    expect([countOf(drawn, 0), countOf(drawn, 1)]).toEqual([10, 10])
    expect(drawn.every(({ id }) => id % 3 !== 0)).toBe(true)
    expect(leftOut).toBeGreaterThan(0)
  })

  it('gives all of a class that has too few', () => {
    const { items: drawn } = drawBalanced(items([0, 0, 0, 0, 1]), { classes: 2, count: 6, seed: 1 })
    expect([countOf(drawn, 0), countOf(drawn, 1)]).toEqual([3, 1])
  })
})
