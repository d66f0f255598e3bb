import { extent, max, min } from 'd3-array'
import { scaleLinear } from 'd3-scale'
import { axes, frame, type Scale, short } from './chart'
import { type Markup, markup } from './markup'
import { percentText } from './numbers'

/** A chart of something against the share of a context that is learned. */
export interface FractionChart {
  readonly caption: string
  /** For those who cannot see it. */
  readonly label: string
  /** The name of the vertical axis. */
  readonly vertical: string
  /** The shares. */
  readonly fractions: readonly number[]
  /** What is to be seen, errors included. */
  readonly values: readonly number[]
  /** Whether 0 is to be seen, and has a line. */
  readonly fromZero: boolean
  /** What is in the chart. */
  draw(x: Scale, y: Scale): Markup
}

/** Draws it, with the shares as ticks. */
export function fractionChart(chart: FractionChart): Markup {
  const { caption, label, vertical, fractions, values, fromZero } = chart
  const { width, height, left, right, top, bottom } = frame
  const [least = 0, most = 1] = extent(values)
  const lowest = fromZero ? Math.min(0, least) : least - 0.08 * (most - least)
  const x = scaleLinear([0, 1], [left, width - right])
  const domain = [lowest, most > lowest ? most + 0.08 * (most - lowest) : lowest + 1]
  const y = scaleLinear(domain, [height - bottom, top]).nice()
  const text = y.tickFormat(5)
  const shares = [...new Set(fractions)].sort((before, after) => before - after)
  const zero = fromZero
    ? markup`<line class="zero" x1="${left}" x2="${width - right}" y1="${short(y(0))}" y2="${short(y(0))}"/>
`
    : undefined
  return markup`<figure>
<figcaption>${caption}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
${axes(
  x,
  y,
  {
    x: shares.map((at) => ({ at, text: percentText(at) })),
    y: y.ticks(5).map((at) => ({ at, text: text(at) })),
  },
  { x: 'share of the context that is learned', y: vertical },
)}${zero}${chart.draw(x, y)}</svg>
</figure>
`
}

/** The ends of error bars. */
export function errorEnds(
  points: readonly { readonly y: number; readonly error: number | null }[],
): number[] {
  return [
    min(points, ({ y, error }) => y - (error ?? 0)) ?? 0,
    max(points, ({ y, error }) => y + (error ?? 0)) ?? 1,
  ]
}
