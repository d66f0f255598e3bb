import {
  type ChartPoint,
  clipping,
  type Level,
  lossText,
  type Markup,
  markup,
  type RatePanel,
  rateCharts,
  rateText,
  shifted,
  wayNames,
} from '@tintjs/evaluate/page'
import type { OutputOf } from '../protocol/tasks'

type Sweep = OutputOf<'sweep'>
type SweptPoint = Sweep['points'][number]

/** The best rate of a way. */
export interface BestRate {
  readonly way: SweptPoint['way']
  readonly rate: number
  readonly loss: number
}

/** The rate of each way at which the loss is lowest; none for a way that has no finite loss. */
export function bestRates({ points }: Pick<Sweep, 'points'>): BestRate[] {
  return (['exact', 'tint'] as const).flatMap((way) => {
    const finite = points.flatMap(({ rate, loss, ...point }) =>
      point.way === way && loss !== null ? [{ way, rate, loss }] : [],
    )
    const best = finite.reduce<BestRate | undefined>(
      (found, point) => (found === undefined || point.loss < found.loss ? point : found),
      undefined,
    )
    return best === undefined ? [] : [best]
  })
}

/** The test loss against the learning rate: the model alone as a level, exact and TinT as lines, with the best marked. */
export function sweepChart(sweep: Sweep): Markup {
  const { lossBefore } = sweep
  const best = bestRates(sweep)
  const lines = shifted(
    best.map(({ way, rate }) => ({
      look: { way, shift: 0 },
      points: pointsOf(sweep, way, rate),
    })),
  )
  const level: Level = {
    look: { way: 'inner' },
    value: lossBefore,
    title: `${wayNames.inner}: ${lossText(lossBefore)} nats`,
  }
  const { low, high } = shownLosses(sweep)
  const panel: RatePanel = {
    caption: 'Loss on the predicted part',
    label: `Loss against learning rate. ${best.map(bestText).join(' ')} The model alone has ${lossText(lossBefore)}.`,
    lines,
    levels: [level],
    anchor: lossBefore,
    // Room for the ring around the best.
    low: low - 0.04 * (lossBefore - low),
    high,
  }
  return markup`${clipping()}${rateCharts([panel], 'loss, nats per token')}`
}

/** Whether some loss is higher than the chart shows. */
export function goesBeyond(sweep: Sweep): boolean {
  const { high } = shownLosses(sweep)
  return sweep.points.some(({ loss }) => loss !== null && loss > high)
}

function shownLosses(sweep: Sweep): { low: number; high: number } {
  const { lossBefore } = sweep
  const low = Math.min(lossBefore, ...bestRates(sweep).map(({ loss }) => loss))
  // A rate that is far too high would press all others together.
  return { low, high: lossBefore + 0.5 * (lossBefore - low) + 0.01 }
}

/** The best rate in words. */
export function bestText({ way, rate, loss }: BestRate): string {
  const name = way === 'exact' ? 'Exact' : wayNames[way]
  return `${name} is best at rate ${rateText(rate)} with ${lossText(loss)} nats.`
}

function pointsOf({ points }: Sweep, way: SweptPoint['way'], best: number): ChartPoint[] {
  return points.flatMap(({ rate, loss, ...point }) => {
    if (point.way !== way || loss === null) return []
    const title = `${wayNames[way]}, rate ${rateText(rate)}: ${lossText(loss)} nats`
    return [{ x: rate, y: loss, error: null, title, isBest: rate === best }]
  })
}
