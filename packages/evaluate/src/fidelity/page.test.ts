import type { FidelityOfStep, FidelityReport } from '@tintjs/simulate'
import { parse } from 'parse5'
import { describe, expect, it } from 'vitest'
import { type FidelityFacts, fidelityPage } from './page'

const facts: FidelityFacts = {
  model: 'models/<b>"bold" & co',
  data: "it's <script>alert(1)</script>.txt",
  sequences: 1,
  tokens: 493,
  trainLength: 345,
  learningRate: 3e-4,
  layers: 4,
  engine: 'wasm',
}

function step(name: string, relativeError: number | null, cosine: number | null): FidelityOfStep {
  const kinds = [
    { kind: 'mlp.c_fc.weight', relativeError, cosine },
    { kind: 'attn.key.bias', relativeError: null, cosine: null },
  ]
  return {
    ...{
      name,
      part: 'attention',
      attentionGradient: 'value',
      derivative: 'analytic',
      lossGradient: 'softmax',
    },
    ...{ updateNormWeights: true, execution: 'fused', lossAfter: 1.6, lossChange: -0.4 },
    lossChangeRelativeError: 0.2,
    overall: { relativeError, cosine },
    kinds,
    weights: kinds.map((comparison) => ({ ...comparison, name: `h.0.${comparison.kind}` })),
  }
}

const report: FidelityReport = {
  reference: {
    name: 'exact',
    ...{ lossBefore: 2, lossAfter: 1.5, lossChange: -0.5, updateNorm: 0.3 },
    kinds: [
      { kind: 'mlp.c_fc.weight', parameters: 64, share: 1 },
      { kind: 'attn.key.bias', parameters: 8, share: 0 },
    ],
  },
  approximations: [
    step('near', 1e-5, 0.99999),
    step('far', 0.4, 0.45),
    { ...step('wild <x>', null, null), lossAfter: null, lossChange: null, lossChangeRelativeError: null },
    { ...step('TinT', 0.04, 0.9123), part: 'all' },
  ],
}

/** What the page shows for a weight: the texts of its row's cells and their classes, in the map of errors. */
function rowOf(page: string, weight: string): [text: string, colour: string | undefined][] {
  const row = new RegExp(`<tr[^>]*><td>${weight}</td>(.*?)</tr>`).exec(page)?.[1] ?? ''
  return [...row.matchAll(/<td(?: class="([^"]*)")?>([^<]*)<\/td>/g)].map(([, colour, text]) => [
    text ?? '',
    colour,
  ])
}

describe('fidelityPage', () => {
  const page = fidelityPage(report, facts)

  it('is valid HTML that loads and runs nothing, whatever is in the names', () => {
    const problems: string[] = []
    parse(page, { onParseError: ({ code }) => problems.push(code), sourceCodeLocationInfo: true })
    expect(problems).toEqual([])
    expect(page).not.toMatch(/<script|<link|https?:|src=|url\(/)
    expect(page).toContain('&lt;b&gt;&quot;bold&quot; &amp; co')
    expect(page).toContain('wild &lt;x&gt;')
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/)
  })

  it('colours what is far from exact, and leaves what cannot be compared', () => {
    expect(rowOf(page, 'mlp.c_fc.weight')).toEqual([
      ['100.0 %', undefined],
      ['1.0e−5', undefined],
      ['0.40', 'worse4'],
      ['–', 'soft'],
      ['0.040', 'worse3'],
    ])
    expect(rowOf(page, 'attn.key.bias').slice(1)).toEqual(Array.from({ length: 4 }, () => ['–', 'soft']))
  })

  it('shows what is left of the exact change', () => {
    expect(page).toContain('−0.4000, 80 %')
    expect(page).toContain('no finite loss')
    expect(page).toContain('<b>0.9123</b>')
  })

  it('needs no approximation', () => {
    expect(fidelityPage({ ...report, approximations: [] }, facts)).not.toMatch(/NaN|undefined/)
  })
})
