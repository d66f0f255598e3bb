import { describe, expect, it } from 'vitest'
import { bestRates, sweepChart } from './sweep-chart'

const sweep = {
  trainLength: 10,
  lossBefore: 2,
  points: [
    { way: 'exact', rate: 1e-4, loss: 1.5 },
    { way: 'tint', rate: 1e-4, loss: 1.6 },
    { way: 'exact', rate: 1e-3, loss: 1.2 },
    { way: 'tint', rate: 1e-3, loss: 1.9 },
    { way: 'exact', rate: 1e-2, loss: null },
    { way: 'tint', rate: 1e-2, loss: 40 },
  ],
} as const

describe('the chart of a sweep', () => {
  it('knows the best rate of each way', () => {
    expect(bestRates({ points: [...sweep.points] })).toEqual([
      { way: 'exact', rate: 1e-3, loss: 1.2 },
      { way: 'tint', rate: 1e-4, loss: 1.6 },
    ])
  })

  it('has a line for each way, a level for the model alone, and two marks of the best', () => {
    const { text } = sweepChart({ ...sweep, points: [...sweep.points] })
    expect(text.match(/class="mark"/g)).toHaveLength(4)
    expect(text.match(/class="arrow"/g)).toHaveLength(1)
    expect(text.match(/class="best"/g)).toHaveLength(2)
    expect(text).toContain('model alone: 2.0000 nats')
    expect(text).not.toContain('NaN')
  })

  it('is drawn where no rate gives a number', () => {
    const points = [{ way: 'tint', rate: 1, loss: null }] as const
    expect(sweepChart({ ...sweep, points: [...points] }).text).not.toContain('NaN')
  })
})
