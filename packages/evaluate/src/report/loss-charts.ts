import { extent, max, min } from 'd3-array'
import { scaleLinear, scaleLog } from 'd3-scale'
import type { PerplexityResult } from '../perplexity/aggregate'
import type { Way } from '../perplexity/sample'
import { axes, type ChartPoint, frame, series, short, type Tick } from './chart'
import { type Markup, markup } from './markup'
import { lossText, percentText, rateText, wayNames } from './numbers'

/**
 * A chart for each fraction: loss against learning rate, a line a way. All have the same scale, moved so that the model
 * alone is at the same height.
 */
export function lossCharts(results: readonly PerplexityResult[]): Markup {
  const panels = panelsOf(results)
  const below = max(panels, ({ low, anchor }) => anchor - low) ?? 0
  const above = max(panels, ({ high, anchor }) => high - anchor) ?? 1
  const margin = 0.06 * (below + above) + 1e-6
  return markup`<div class="charts">
${panels.map((panel) => lossChart(panel, [panel.anchor - below - margin, panel.anchor + above + margin]))}</div>
`
}

interface Panel {
  readonly trainFraction: number
  readonly inner: PerplexityResult | undefined
  readonly lines: ReadonlyMap<Way, readonly ChartPoint[]>
  readonly rates: readonly number[]
  /** The loss of the model alone, or the lowest one. */
  readonly anchor: number
  /** Of the losses that are to be seen. */
  readonly low: number
  readonly high: number
}

function panelsOf(results: readonly PerplexityResult[]): Panel[] {
  const fractions = [...new Set(results.map(({ trainFraction }) => trainFraction))]
  return fractions
    .map((trainFraction) => panelOf(results, trainFraction))
    .filter(({ rates }) => rates.length > 0)
}

function panelOf(results: readonly PerplexityResult[], trainFraction: number): Panel {
  const own = results.filter((result) => result.trainFraction === trainFraction)
  const inner = own.find(({ way }) => way === 'inner')
  const lines = new Map<Way, readonly ChartPoint[]>()
  for (const way of ['exact', 'tint'] as const) {
    const points = own.filter((result) => result.way === way).flatMap(pointOf)
    if (points.length > 0) lines.set(way, points)
  }
  const points = [...lines.values()].flat()
  const base = inner?.negativeLogLikelihood ?? undefined
  const lowest = min(points, ({ y }) => y) ?? base ?? 0
  const anchor = base ?? lowest
  const low = Math.min(anchor, min(points, ({ y, error }) => (y > anchor ? y : y - (error ?? 0))) ?? anchor)
  const highest = Math.max(anchor, max(points, ({ y }) => y) ?? anchor)
  // A rate that is far too high would press all others together.
  const high = base === undefined ? highest : Math.min(highest, base + 0.8 * (base - low) + 1e-3)
  const rates = [...new Set([...lines.values()].flat().map(({ x }) => x))].sort((left, right) => left - right)
  return { trainFraction, inner, lines, rates, anchor, low, high }
}

/** Rate 0 has no place on a logarithmic axis; it is in the table. */
function pointOf(result: PerplexityResult): ChartPoint[] {
  const { way, learningRate, negativeLogLikelihood, gainStandardError, standardError } = result
  if (learningRate === null || learningRate === 0 || negativeLogLikelihood === null) return []
  return [
    {
      x: learningRate,
      y: negativeLogLikelihood,
      error: gainStandardError ?? standardError,
      title: `${wayNames[way]}, rate ${rateText(learningRate)}: ${lossText(negativeLogLikelihood)} nats`,
    },
  ]
}

function lossChart({ trainFraction, inner, lines, rates }: Panel, domain: [number, number]): Markup {
  const { width, height, left, right, top, bottom } = frame
  const [first = 1, last = 1] = extent(rates)
  const x = scaleLog([first / 1.25, last * 1.25], [left, width - right])
  const y = scaleLinear(domain, [height - bottom, top])
  const text = y.tickFormat(5)
  const base = inner?.negativeLogLikelihood ?? undefined
  const name = `Loss against learning rate after learning from ${percentText(trainFraction)} of each context`
  return markup`<figure>
<figcaption>learned from the first ${percentText(trainFraction)}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${name}">
${axes(
  x,
  y,
  { x: rateTicks(rates), y: y.ticks(5).map((at) => ({ at, text: text(at) })) },
  { x: 'learning rate', y: 'loss, nats per token' },
)}${base === undefined ? undefined : reference(base, y(base))}${[...lines].map(([way, points]) => series(way, points, x, y))}</svg>
</figure>
`
}

function reference(loss: number, height: number): Markup {
  const { width, left, right } = frame
  return markup`<g class="series inner"><line class="line" x1="${left}" x2="${width - right}" y1="${short(height)}" y2="${short(height)}"><title>model alone: ${lossText(loss)} nats</title></line></g>
`
}

/** The rates themselves where there is room for them. */
function rateTicks(rates: readonly number[]): Tick[] {
  const step = Math.ceil(rates.length / 6)
  return rates.filter((_, index) => index % step === 0).map((at) => ({ at, text: rateText(at) }))
}
