import { max, min } from 'd3-array'
import type { GainSpread } from '../runs/gain-spread'
import type { PerplexitySummary } from '../runs/runs-report'
import { type Look, lookClasses, type Scale, shifted, short } from './chart'
import { fractionChart } from './fraction-chart'
import { type Markup, markup } from './markup'
import { countText, gainText, percentText, rateText, wayNames } from './numbers'
import { lineName, type ResultSet } from './result-set'

/** A run's gains of contexts, with its place on a page. */
export interface SpreadSet extends Pick<PerplexitySummary, 'gainSpreads'>, Pick<ResultSet, 'run'> {}

/** How differently contexts gain: quantiles as boxes over shares, for each way and run, and as a table. */
export function spreadChart(sets: readonly SpreadSet[]): Markup | undefined {
  const found = sets.flatMap(({ run, gainSpreads }) =>
    (['exact', 'tint'] as const).map((way) => ({
      run,
      look: { way, run: run?.number, shift: 0 },
      points: gainSpreads.filter((spread) => spread.way === way),
    })),
  )
  const lines = shifted(found)
  const spreads = lines.flatMap(({ points }) => points)
  if (spreads.length === 0) return undefined
  const chart = fractionChart({
    caption: 'gains of single contexts at the best rate',
    label: 'Quantiles over contexts of the gain against the share of the context that is learned',
    vertical: 'gain, nats per token',
    fractions: spreads.map(({ trainFraction }) => trainFraction),
    values: [
      min(spreads, ({ quantiles }) => quantiles[0]) ?? 0,
      max(spreads, ({ quantiles }) => quantiles[4]) ?? 1,
    ],
    fromZero: true,
    draw: (x, y) =>
      markup`${lines.map(({ run, look, points }) => points.map((spread) => box(run, look, spread, x, y)))}`,
  })
  return markup`<div class="charts">
${chart}</div>
${spreadTable(sets)}`
}

function box(run: ResultSet['run'], look: Look, spread: GainSpread, x: Scale, y: Scale): Markup {
  const [low, lower, middle, upper, high] = spread.quantiles
  const centre = x(spread.trainFraction) + look.shift
  const half = 3
  const [left, top] = [short(centre - half), short(y(upper))]
  const height = short(Math.max(0.5, y(lower) - y(upper)))
  const whiskers = `M${short(centre)} ${short(y(low))}V${short(y(lower))}M${short(centre)} ${short(y(upper))}V${short(y(high))}M${left} ${short(y(middle))}h${2 * half}`
  const title = `${lineName(run, wayNames[spread.way])} at ${percentText(spread.trainFraction)}: half of the contexts gain from ${gainText(lower)} to ${gainText(upper)} nats per token`
  return markup`<g class="box ${lookClasses(look)}"><rect x="${left}" y="${top}" width="${2 * half}" height="${height}"><title>${title}</title></rect><path d="${whiskers}"/></g>
`
}

function spreadTable(sets: readonly SpreadSet[]): Markup {
  const several = sets.some(({ run }) => run !== undefined)
  return markup`<div class="scroll"><table class="results">
<thead><tr>${several ? markup`<th scope="col">run</th>` : undefined}<th scope="col">way</th><th scope="col">learned</th><th scope="col">rate</th><th scope="col">contexts</th><th scope="col">5 %</th><th scope="col">25 %</th><th scope="col">median</th><th scope="col">75 %</th><th scope="col">95 %</th><th scope="col">contexts that gain</th></tr></thead>
<tbody>
${sets.map(({ run, gainSpreads }) =>
  gainSpreads.map(
    ({ way, trainFraction, learningRate, contexts, quantiles, better }) =>
      markup`<tr>${several ? markup`<td>${run?.name}</td>` : undefined}<td>${wayNames[way]}</td><td>${percentText(trainFraction)}</td><td>${learningRate === null ? '–' : rateText(learningRate)}</td><td>${countText(contexts)}</td>${quantiles.map((gain) => markup`<td>${gainText(gain)}</td>`)}<td>${percentText(better)}</td></tr>
`,
  ),
)}</tbody>
</table></div>
`
}
