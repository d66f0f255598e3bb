import type { PerplexitySummary } from '../runs/runs-report'
import { type ChartPoint, series, shifted } from './chart'
import { errorEnds, fractionChart } from './fraction-chart'
import { gainChart, recoveredBars } from './gain-chart'
import { keyList } from './keys'
import { lossCharts } from './loss-charts'
import { type Markup, markup } from './markup'
import { lossText, percentText, wayNames } from './numbers'
import { lineName, type ResultSet } from './result-set'
import { spreadChart } from './spread-chart'
import { resultsTable } from './tables'
import { textGains, textIntroduction } from './text-gain'

/** A run on a page that has so many. */
export interface PlacedRun<Summary> {
  readonly summary: Summary
  /** From 1 on; undefined for the only run of a page. */
  readonly number: number | undefined
}

/** Runs that measured perplexity on the same text: curves, gains of contexts, and all results. */
export function textSubject(runs: readonly PlacedRun<PerplexitySummary>[]): Markup {
  const sets = runs.map(({ summary: { name, results, best, gainSpreads }, number }) => ({
    run: number === undefined ? undefined : { number, name },
    results,
    best,
    gainSpreads,
  }))
  return markup`${keys(sets)}<h3>Loss against learning rate</h3>
<p class="soft">Mean loss of the test tokens; lower is better. Error bars: one standard error of the difference to the model alone on the same contexts, or of the loss where that was not measured. All charts have one scale, moved so that the model alone is at one height; an arrow at the top stands for a loss above it.</p>
${lossCharts(sets) ?? nothing}<h3>Against the share that is learned</h3>
<p class="soft">Each way at its best rate. Losses have the standard error over contexts, gains the smaller one of each context’s own gain.</p>
<div class="charts">
${lossAtBest(sets)}${gainChart(sets)}${recoveredBars(sets)}</div>
${spread(sets)}${examples(runs)}<h3>All results</h3>
${sets.map(({ run, results, best }) => markup`${run && markup`<h4>${run.name}</h4>`}${resultsTable({ results, best })}`)}`
}

const nothing = markup`<p>No run learned at a rate above 0.</p>
`

function keys(sets: readonly ResultSet[]): Markup {
  return keyList(
    sets.flatMap(({ run, results }) =>
      (['inner', 'exact', 'tint'] as const)
        .filter((way) => results.some((result) => result.way === way))
        .map((way) => ({ look: { way, run: run?.number }, text: lineName(run, wayNames[way]) })),
    ),
  )
}

function spread(sets: Parameters<typeof spreadChart>[0]): Markup | undefined {
  const chart = spreadChart(sets)
  return (
    chart &&
    markup`<h3>Which contexts gain</h3>
<p class="soft">A box holds the middle half of the contexts, its line is the median, and the whiskers end at 5 and 95 %.</p>
${chart}`
  )
}

/** Some contexts of each run, token by token. */
function examples(runs: readonly PlacedRun<PerplexitySummary>[]): Markup | undefined {
  const known = runs.filter(({ summary }) => summary.examples.length > 0)
  if (known.length === 0) return undefined
  return markup`<h3>Gains token by token</h3>
${textIntroduction}${known.map(({ summary, number }) => markup`${number === undefined ? undefined : markup`<h4>${summary.name}</h4>\n`}${textGains(summary.examples)}`)}`
}

function lossAtBest(sets: readonly ResultSet[]): Markup | undefined {
  const lines = shifted(
    sets.flatMap((set) =>
      (['inner', 'exact', 'tint'] as const).map((way) => ({
        look: { way, run: set.run?.number, shift: 0 },
        points: lossPoints(set, way),
      })),
    ),
  )
  const points = lines.flatMap((line) => line.points)
  if (points.length === 0) return undefined
  return fractionChart({
    caption: 'loss at the best rate',
    label: 'Loss at the best rate against the share of the context that is learned',
    vertical: 'loss, nats per token',
    fractions: points.map(({ x }) => x),
    values: errorEnds(points),
    fromZero: false,
    draw: (x, y) => markup`${lines.map((line) => series(line, x, y))}`,
  })
}

function lossPoints({ run, results, best }: ResultSet, way: 'inner' | 'exact' | 'tint'): ChartPoint[] {
  return best.flatMap((fraction) => {
    const { trainFraction } = fraction
    const rate = way === 'inner' ? null : (fraction[way]?.learningRate ?? undefined)
    const found = results.find(
      (result) =>
        result.way === way && result.trainFraction === trainFraction && result.learningRate === rate,
    )
    if (found === undefined || found.negativeLogLikelihood === null) return []
    const title = `${lineName(run, wayNames[way])} at ${percentText(trainFraction)}: ${lossText(found.negativeLogLikelihood)} nats`
    return [{ x: trainFraction, y: found.negativeLogLikelihood, error: found.standardError, title }]
  })
}
