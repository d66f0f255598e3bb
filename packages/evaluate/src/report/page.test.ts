import { parse } from 'parse5'
import { describe, expect, it } from 'vitest'
import type { ContextExample } from '../perplexity/example'
import { perplexityReport, type ReportFacts } from '../perplexity/report-data'
import type { Sample, Way } from '../perplexity/sample'
import { markup } from './markup'
import { htmlReport } from './page'

const hash = 'c0ffee'.repeat(11).slice(0, 64)
const fractions = [0.5, 0.9]
const rates = [1e-4, 3e-4, 1e-3]

const facts: ReportFacts = {
  model: 'models/<b>"bold" & co',
  data: {
    file: "it's <script>alert(1)</script>.txt",
    sha256: hash,
    contexts: 3,
    tokens: 36,
    bytes: 40,
    words: 9,
    fileContexts: 12345,
    fileTokens: 148150,
    fileBytes: 200001,
    fileWords: 40000,
  },
  configuration: {
    format: 2,
    modelHash: hash,
    textSha256: hash,
    tokensSha256: hash,
    context: 12,
    stride: 12,
    contexts: [0.2, 1],
    limit: 3,
    beginOfText: null,
    specialTokens: false,
    ways: ['inner', 'exact', 'tint'],
    trainFractions: fractions,
    learningRates: rates,
    rates: null,
    lossGradient: 'softmax',
    derivative: 'central:100',
    attentionGradient: 'value',
    compatibility: null,
    chunks: 1,
    steps: 1,
    layers: 2,
    updateNormWeights: false,
    batch: 8,
    engine: 'wasm',
    threads: 1,
  },
  versions: { node: '20.0.0', tfjs: '4.22.0' },
  gitRevision: null,
}

function samplesOf(ways: readonly Way[]): Sample[] {
  const losses = { inner: [10], exact: [9, 8, 40], tint: [9.1, 8.1, 30] }
  return [0, 1, 2].flatMap((sample) =>
    fractions.flatMap((trainFraction) =>
      ways.flatMap((way) =>
        losses[way].map((loss, index) => ({
          ...{ sample, way, trainFraction, tokens: 6, bytes: 7, words: 2 },
          learningRate: way === 'inner' ? null : rates[index]!,
          negativeLogLikelihood: loss + sample * (index + 1) * 0.1,
        })),
      ),
    ),
  )
}

const examples: ContextExample[] = [
  {
    choice: 'largest gain',
    sample: 7,
    way: 'tint',
    trainFraction: 0.5,
    learningRate: 3e-4,
    learned: 'learned <i>text',
    pieces: [
      { text: 'much ', lossBefore: 3, lossAfter: 1 },
      { text: '<b>&\n', lossBefore: 1, lossAfter: 1.3 },
      { text: '\u0007\ufffe', lossBefore: 1, lossAfter: 1 },
    ],
  },
]

/** What the parser of browsers finds wrong with a page. */
function problemsOf(page: string): string[] {
  const problems: string[] = []
  parse(page, { onParseError: ({ code, startLine }) => problems.push(`line ${startLine}: ${code}`) })
  return problems
}

const report = perplexityReport(facts, samplesOf(['inner', 'exact', 'tint']))

describe('htmlReport', () => {
  const page = htmlReport(report, examples)

  it('is well-formed, needs nothing from elsewhere and runs nothing', () => {
    expect(problemsOf(page)).toEqual([])
    expect(page).not.toMatch(/<script|<link|<img|@import|url\((?!#)|https?:/)
    expect(page).toContain("default-src 'none'")
  })

  it('draws a chart for each share, with a line a way, error bars and an arrow for what is far above', () => {
    const charts = page.match(/<svg viewBox="0 0 400[\s\S]*?<\/svg>/g)!
    expect(charts).toHaveLength(fractions.length + 1)
    for (const chart of charts.slice(0, 2)) {
      for (const way of ['inner', 'exact', 'tint']) expect(chart).toContain(`class="series ${way}"`)
      expect(chart.match(/class="mark"/g)).toHaveLength(4)
      expect(chart.match(/class="bar"/g)).toHaveLength(4)
      expect(chart.match(/class="arrow"/g)).toHaveLength(2)
      for (const rate of ['1e-4', '3e-4', '0.001']) expect(chart).toContain(`>${rate}</text>`)
    }
    expect(charts[2]).toContain('share of the context that is learned')
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('says what was found and what was counted', () => {
    const text = page.replaceAll(/<[^>]+>/g, '').replaceAll(/\s+/g, ' ')
    expect(text).toContain('learned from the first 90 %')
    expect(text).toMatch(/9\d\.\d ± \d\.\d %/)
    expect(text).toContain('200,001 bytes, 148,150 tokens')
    expect(text).toContain(
      'windows of 12 tokens, one every 12 tokens of the text (the stride), so that they do not overlap; a last partial one is dropped',
    )
    expect(text).toContain(
      'Of the 12,345 windows, those from 20 % to 100 % of the file’s, at most 3 of them were used',
    )
    expect(text).toContain('3 contexts, 36 tokens, 40 bytes')
    expect(text).toContain(hash)
    expect(page.match(/<tr class="(inner|exact|tint)/g)).toHaveLength(2 * (1 + 3 + 3))
    expect(page.match(/<tr class="(exact|tint) best"/g)).toHaveLength(4)
  })

  it('says how much was learned from, and in how many steps, as it was', () => {
    const text = (page: string) => page.replaceAll(/<[^>]+>/g, '').replaceAll(/\s+/g, ' ')
    expect(text(page)).toContain('by one step of gradient descent')
    expect(text(page)).toMatch(/That is 9\d\.\d ± \d\.\d % of what exact back-propagation gains/)
    const samples = samplesOf(['inner', 'tint']).map((sample) => ({
      ...sample,
      trainFraction: sample.trainFraction === 0.5 ? 0.125 : 1 / 3,
    }))
    const configuration = { ...facts.configuration, steps: 4 }
    const other = text(htmlReport(perplexityReport({ ...facts, configuration }, samples)))
    expect(other).toContain('by 4 steps of gradient descent')
    expect(other).toContain('learned from the first 12.5 %')
    expect(other).toContain('learned from the first 33.33 %')
  })

  it('says where windows overlap, and how what is learned is cut', () => {
    const configuration = { ...facts.configuration, stride: 5, chunks: 3 }
    const other = htmlReport(perplexityReport({ ...facts, configuration }, samplesOf(['inner', 'tint'])))
    expect(other).toContain(
      'one every 5 tokens of the text (the stride), so that they overlap: of each but the',
    )
    expect(other).toContain(
      'What is learned is cut into 3 equal parts, and the weights are updated after each',
    )
    expect(page).not.toContain('is cut into 3 equal parts')
  })

  it('colours the text by what learning changed, and escapes it', () => {
    expect(page).toContain('<span class="better4" title="3.0000 → 1.0000 nats">much </span>')
    expect(page).toContain('<span class="worse2" title="1.0000 → 1.3000 nats">&lt;b&gt;&amp;↵\n</span>')
    expect(page).toContain('learned &lt;i&gt;text')
    expect(page).toContain('models/&lt;b&gt;&quot;bold&quot; &amp; co')
  })

  it('leaves away what was not measured', () => {
    const inner = htmlReport(
      perplexityReport(
        { ...facts, configuration: { ...facts.configuration, ways: ['inner'] } },
        samplesOf(['inner']),
      ),
    )
    expect(inner).not.toContain('<figure')
    expect(inner).toContain('predicts the last part of each context, and learns nothing')
    expect(problemsOf(inner)).toEqual([])
    const tint = htmlReport(
      perplexityReport(
        { ...facts, configuration: { ...facts.configuration, ways: ['tint'] } },
        samplesOf(['tint']),
      ),
    )
    expect(tint).toContain('class="series tint"')
    expect(tint).not.toContain('class="lead"')
    expect(problemsOf(tint)).toEqual([])
  })

  it('draws what is odd: one rate, no gain, rate 0, contexts that diverged', () => {
    const odd = samplesOf(['inner', 'tint']).map((sample) =>
      sample.learningRate === 1e-3
        ? { ...sample, negativeLogLikelihood: null }
        : {
            ...sample,
            learningRate: sample.learningRate === 1e-4 ? 0 : sample.learningRate,
            negativeLogLikelihood: 10,
          },
    )
    const page = htmlReport(perplexityReport(facts, odd))
    expect(problemsOf(page)).toEqual([])
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
    expect(page).toContain('diverged in 3 contexts')
  })
})

describe('markup', () => {
  it('escapes texts, keeps markup and joins lists', () => {
    expect(
      markup`<a title="${'"x" & \'y\''}">${[markup`<i/>`, '<', 3]}${undefined}${'\u0000'}</a>`.text,
    ).toBe('<a title="&quot;x&quot; &amp; &#39;y&#39;"><i/>&lt;3\ufffd</a>')
  })
})
