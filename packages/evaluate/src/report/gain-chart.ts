import type { Way } from '../perplexity/sample'
import { bars } from './bars'
import { type ChartPoint, series, shifted } from './chart'
import { errorEnds, fractionChart } from './fraction-chart'
import { type Markup, markup } from './markup'
import { gainText, percentText, rateText, shareText, wayNames } from './numbers'
import { lineName, type ResultSet } from './result-set'

/** Gain against fraction, each way at its best rate. */
export function gainChart(sets: readonly ResultSet[]): Markup | undefined {
  const found = sets.flatMap((set) =>
    (['exact', 'tint'] as const).map((way) => ({
      look: { way, run: set.run?.number, shift: 0 },
      points: pointsOf(set, way),
    })),
  )
  const lines = shifted(found)
  const points = lines.flatMap((line) => line.points)
  if (points.length === 0) return undefined
  return fractionChart({
    caption: 'gain at the best rate',
    label: 'Gain against the share of the context that is learned',
    vertical: 'gain, nats per token',
    fractions: sets.flatMap(({ best }) => best.map(({ trainFraction }) => trainFraction)),
    values: errorEnds(points),
    fromZero: true,
    draw: (x, y) => markup`${lines.map((line) => series(line, x, y))}`,
  })
}

function pointsOf({ run, best }: ResultSet, way: Exclude<Way, 'inner'>): ChartPoint[] {
  return best.flatMap((fraction) => {
    const found = fraction[way]
    if (found === null || found.gain === null) return []
    return [
      {
        x: fraction.trainFraction,
        y: found.gain,
        error: found.gainStandardError,
        title: `${lineName(run, wayNames[way])} at ${percentText(fraction.trainFraction)}, rate ${rateText(found.learningRate)}: ${gainText(found.gain)} nats`,
      },
    ]
  })
}

/** Bars of the share of exact's gain that TinT recovers. */
export function recoveredBars(sets: readonly ResultSet[]): Markup | undefined {
  const known = sets.flatMap(({ run, best }) =>
    best.flatMap(({ trainFraction, recovered, recoveredStandardError }) =>
      recovered === null
        ? []
        : [
            {
              name: lineName(run, `${percentText(trainFraction)} learned`),
              share: recovered,
              error: recoveredStandardError,
              text: shareText(recovered, recoveredStandardError),
            },
          ],
    ),
  )
  if (known.length === 0) return undefined
  return markup`<figure class="recovered">
<figcaption>what TinT recovers of exact’s gain</figcaption>
${bars(known)}<p class="note">The bar’s frame ends at 110 %. Each way at its own best rate.</p>
</figure>
`
}
