import { max, min } from 'd3-array'
import { scaleLinear } from 'd3-scale'
import type { BestOfFraction } from '../perplexity/aggregate'
import type { Way } from '../perplexity/sample'
import { bars } from './bars'
import { axes, type ChartPoint, frame, series, short } from './chart'
import { type Markup, markup } from './markup'
import { gainText, percentText, rateText, shareText, wayNames } from './numbers'

/** Gain against fraction, each way at its best rate, and what share of exact's gain TinT has. */
export function gainChart(best: readonly BestOfFraction[]): Markup | undefined {
  const lines = (['exact', 'tint'] as const).map((way) => [way, pointsOf(best, way)] as const)
  const points = lines.flatMap(([, line]) => line)
  if (points.length === 0) return undefined
  const { width, height, left, right, top, bottom } = frame
  const lowest = Math.min(0, min(points, ({ y, error }) => y - (error ?? 0)) ?? 0)
  const highest = max(points, ({ y, error }) => y + (error ?? 0)) ?? 1
  const x = scaleLinear([0, 1], [left, width - right])
  const y = scaleLinear(
    [lowest, highest > lowest ? highest * 1.08 : lowest + 1],
    [height - bottom, top],
  ).nice()
  const text = y.tickFormat(5)
  return markup`<div class="charts">
<figure>
<figcaption>gain at the best rate</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Gain against the share of the context that is learned">
${axes(
  x,
  y,
  {
    x: [...new Set(best.map(({ trainFraction }) => trainFraction))].map((at) => ({
      at,
      text: percentText(at),
    })),
    y: y.ticks(5).map((at) => ({ at, text: text(at) })),
  },
  { x: 'share of the context that is learned', y: 'gain, nats per token' },
)}<line class="zero" x1="${left}" x2="${width - right}" y1="${short(y(0))}" y2="${short(y(0))}"/>
${lines.map(([way, line]) => series(way, line, x, y))}</svg>
</figure>
${recoveredList(best)}</div>
`
}

function pointsOf(best: readonly BestOfFraction[], way: Exclude<Way, 'inner'>): ChartPoint[] {
  return best.flatMap((fraction) => {
    const found = fraction[way]
    if (found === null || found.gain === null) return []
    return [
      {
        x: fraction.trainFraction,
        y: found.gain,
        error: found.gainStandardError,
        title: `${wayNames[way]} at ${percentText(fraction.trainFraction)}, rate ${rateText(found.learningRate)}: ${gainText(found.gain)} nats`,
      },
    ]
  })
}

/** Bars of the share that TinT recovers. */
function recoveredList(best: readonly BestOfFraction[]): Markup | undefined {
  const known = best.flatMap(({ trainFraction, recovered, recoveredStandardError }) =>
    recovered === null ? [] : [{ trainFraction, recovered, error: recoveredStandardError }],
  )
  if (known.length === 0) return undefined
  return markup`<figure class="recovered">
<figcaption>what TinT recovers of exact’s gain</figcaption>
${bars(
  known.map(({ trainFraction, recovered, error }) => ({
    name: `${percentText(trainFraction)} learned`,
    share: recovered,
    text: shareText(recovered, error),
  })),
)}<p class="note">The bar’s frame ends at 110 %. Each way at its own best rate.</p>
</figure>
`
}
