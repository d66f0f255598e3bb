import { describe, expect, it } from 'vitest'
import { fidelityChart } from './fidelity-chart'
import { updateChart } from './update-chart'

const approximation = (name: string, relativeError: number | null) => ({
  name,
  part: name === 'TinT' ? 'all' : 'derivative',
  lossAfter: 1,
  lossChangeRelativeError: 0.1,
  overall: { relativeError, cosine: 1 },
})

describe('the chart of approximations', () => {
  it('has a dot for each, and words where there is no number', () => {
    const { text } = fidelityChart({
      reference: { lossBefore: 2, lossAfter: 1, updateNorm: 1 },
      approximations: [
        approximation('central:100', 0.00012),
        approximation('same', 0),
        approximation('<broken>', null),
        approximation('another loss', 7200),
        approximation('TinT', 0.42),
      ],
    })
    expect(text.match(/<circle/g)).toHaveLength(2)
    expect(text).toContain('>0.012 %<')
    expect(text).toContain('>42 %<')
    expect(text).toContain('far off')
    expect(text).toContain('exactly as exact')
    expect(text).toContain('no finite number')
    expect(text).toContain('&lt;broken&gt;')
    expect(text).not.toContain('NaN')
  })
})

describe('the chart of updates', () => {
  const update = (kind: string, block: number | null, norm: number) => ({
    name: `${block}.${kind}`,
    kind,
    block,
    parameters: 4,
    norm,
    weightNorm: 2,
  })

  it('has a cell for each weight, and tells those that do not learn', () => {
    const { text } = updateChart([
      update('mlp.weight', 0, 0.02),
      update('mlp.weight', 1, 0.2),
      update('ln.weight', 0, 0),
      update('ln_f.bias', null, 1e-9),
    ])
    expect(text.match(/<rect/g)).toHaveLength(4)
    expect(text).toContain('>10 %<')
    expect(text).toContain('>fixed<')
    expect(text).toContain('layer 2')
    expect(text).not.toContain('NaN')
  })

  it('is drawn where nothing was learned', () => {
    expect(updateChart([update('mlp.weight', 0, 0)]).text).not.toMatch(/NaN|Infinity/)
  })
})
