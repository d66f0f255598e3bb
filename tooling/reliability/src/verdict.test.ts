import { describe, expect, it } from 'vitest'
import { soakChart } from './soak/chart.mjs'
import { verdictOf } from './soak/verdict.mjs'

const point = { milliseconds: 10, tensors: 5, engineBytes: 1e6, rss: 1e8, heapUsed: 1e7 }
const flat = Array.from({ length: 40 }, (_, index) => ({ ...point, step: index + 1 }))

describe('the verdict of a soak', () => {
  it('is by figure: one tensor more in the end is growth, a single slow step is none', () => {
    expect(verdictOf(flat).every(({ isFlat }) => isFlat)).toBe(true)
    const leaking = flat.map((each) => ({ ...each, tensors: each.step > 20 ? 6 : 5 }))
    const grown = verdictOf(leaking).filter(({ isFlat }) => !isFlat)
    expect(grown).toMatchObject([{ name: 'tensors', begin: '5', end: '6' }])
    const slow = flat.map((each) => ({ ...each, milliseconds: each.step === 40 ? 9999 : 10 }))
    expect(verdictOf(slow).every(({ isFlat }) => isFlat)).toBe(true)
  })

  it('comes with a chart of every engine', () => {
    const chart = soakChart([
      { engine: 'wasm', points: flat },
      { engine: 'tensorflow', points: flat },
    ])
    expect(chart.match(/class="line"/g)).toHaveLength(8)
    expect(chart).not.toMatch(/NaN|undefined/)
  })
})
