import { extent, max } from 'd3-array'
import { scaleLinear, scaleLog } from 'd3-scale'
import {
  axes,
  type ChartLine,
  frame,
  type Look,
  lookClasses,
  type Scale,
  series,
  short,
  type Tick,
} from './chart'
import { type Markup, markup } from './markup'
import { rateText } from './numbers'

/** What does not depend on the rate: a line across the chart. */
export interface Level {
  readonly look: Pick<Look, 'way' | 'run'>
  readonly value: number
  /** Shown where one points at it. */
  readonly title: string
}

/** A chart of something against the learning rate. */
export interface RatePanel {
  readonly caption: string
  /** For those who cannot see it. */
  readonly label: string
  readonly lines: readonly ChartLine[]
  readonly levels: readonly Level[]
  /** What stands at the same height in all charts. */
  readonly anchor: number
  /** Of what is to be seen. */
  readonly low: number
  readonly high: number
}

/**
 * Charts against the learning rate, all with the same scale, moved so that their anchors are at one height.
 *
 * @param vertical the name of the vertical axis
 */
export function rateCharts(panels: readonly RatePanel[], vertical: string): Markup {
  const below = max(panels, ({ low, anchor }) => anchor - low) ?? 0
  const above = max(panels, ({ high, anchor }) => high - anchor) ?? 1
  const margin = 0.06 * (below + above) + 1e-6
  return markup`<div class="charts">
${panels.map((panel) => rateChart(panel, [panel.anchor - below - margin, panel.anchor + above + margin], vertical))}</div>
`
}

function rateChart(
  { caption, label, lines, levels }: RatePanel,
  domain: [number, number],
  vertical: string,
): Markup {
  const { width, height, left, right, top, bottom } = frame
  const rates = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort(
    (before, after) => before - after,
  )
  const [first = 1, last = 1] = extent(rates)
  const x = scaleLog([first / 1.25, last * 1.25], [left, width - right])
  const y = scaleLinear(domain, [height - bottom, top])
  const text = y.tickFormat(5)
  return markup`<figure>
<figcaption>${caption}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
${axes(
  x,
  y,
  { x: rateTicks(rates), y: y.ticks(5).map((at) => ({ at, text: text(at) })) },
  { x: 'learning rate', y: vertical },
)}${levels.map((level) => levelLine(level, y))}${lines.map((line) => series(line, x, y))}</svg>
</figure>
`
}

function levelLine({ look, value, title }: Level, y: Scale): Markup {
  const { width, left, right } = frame
  const height = short(y(value))
  return markup`<g class="series ${lookClasses(look)}"><line class="line" clip-path="url(#inside)" x1="${left}" x2="${width - right}" y1="${height}" y2="${height}"><title>${title}</title></line></g>
`
}

/** The rates themselves where there is room for them. */
function rateTicks(rates: readonly number[]): Tick[] {
  const step = Math.ceil(rates.length / 6)
  return rates.filter((_, index) => index % step === 0).map((at) => ({ at, text: rateText(at) }))
}
