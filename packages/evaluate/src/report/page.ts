import type { BestOfFraction } from '../perplexity/aggregate'
import type { ContextExample } from '../perplexity/example'
import type { PerplexityReport } from '../perplexity/report-data'
import type { Way } from '../perplexity/sample'
import { shardNote } from '../run/shard'
import { clipping } from './chart'
import { htmlDocument, nameOf, section } from './document'
import { gainChart, recoveredBars } from './gain-chart'
import { keyList } from './keys'
import { lossCharts } from './loss-charts'
import { type Markup, markup } from './markup'
import { countText, percentText, shareText, wayNames } from './numbers'
import { accountOf, resultsTable } from './tables'
import { textGains, textIntroduction } from './text-gain'

/**
 * The report of a measurement as one HTML file that needs nothing else: loss against learning rate, gain against the
 * share that is learned, sample texts coloured by what learning changed, all results, and what was counted.
 *
 * @param examples as `exampleContexts` gives them; default none
 */
export function htmlReport(report: PerplexityReport, examples: readonly ContextExample[] = []): string {
  const { model, data, best, configuration } = report
  const { ways } = configuration
  const learns = ways.some((way) => way !== 'inner')
  const title = `${nameOf(model)} on ${nameOf(data.file)}`
  const sections: (Markup | undefined)[] = [
    learns ? section('Loss against learning rate', lossIntroduction(ways), lossCharts([report])) : undefined,
    section('What learning gains', gainIntroduction, gains(report)),
    section('Where it helps', textIntroduction, examples.length === 0 ? undefined : textGains(examples)),
    section('All results', markup``, resultsTable(report)),
    section('What was counted', markup``, accountOf(report)),
  ]
  return htmlDocument(
    `${title}: perplexity`,
    markup`<h1>${title}</h1>
${lead(best)}<p class="soft">${countText(data.contexts)} contexts of ${countText(configuration.context)} tokens, ${countText(data.bytes)} bytes. ${learns ? `Each time the model learns from the first part of a context by ${stepsText(configuration.steps)} of gradient descent and predicts the rest; then it starts afresh.` : 'The model predicts the last part of each context, and learns nothing.'}</p>
${partNote(configuration)}${clipping()}${sections}`,
  )
}

function partNote(configuration: PerplexityReport['configuration']): Markup | undefined {
  const note = shardNote(configuration)
  return note === undefined ? undefined : markup`<p class="lead">This is shard ${note}.</p>\n`
}

/** Gain against fraction, and what share of exact's gain TinT has. */
function gains(report: PerplexityReport): Markup | undefined {
  const chart = gainChart([report])
  return (
    chart &&
    markup`<div class="charts">
${chart}${recoveredBars([report])}</div>
`
  )
}

function stepsText(steps: number): string {
  return steps === 1 ? 'one step' : `${countText(steps)} steps`
}

/** The best result of TinT, or of exact, in a sentence. */
function lead(best: readonly BestOfFraction[]): Markup | undefined {
  const way: Way = best.some(({ tint }) => tint !== null) ? 'tint' : 'exact'
  const top = best
    .flatMap((fraction) => {
      const gain = fraction[way]?.gain ?? null
      return gain === null ? [] : [{ ...fraction, gain, error: fraction[way]?.gainStandardError ?? null }]
    })
    .sort((left, right) => right.gain - left.gain)[0]
  if (top === undefined || top.gain <= 0) return undefined
  const { trainFraction, gain, error, recovered, recoveredStandardError } = top
  const amount = `${gain.toFixed(4)}${error === null ? '' : ` ± ${error.toFixed(4)}`}`
  const share =
    recovered === null || way === 'exact'
      ? undefined
      : markup` That is <b>${shareText(recovered, recoveredStandardError)}</b> of what exact back-propagation gains.`
  return markup`<p class="lead">Having learned from the first ${percentText(trainFraction)} of a context, the model predicts the rest <b>${amount} nats per token</b> better${way === 'tint' ? ', with the step that TinT computes in its forward pass' : ''}.${share}</p>
`
}

function lossIntroduction(ways: readonly Way[]): Markup {
  const bars = ways.includes('inner')
    ? 'Error bars: one standard error of the difference to the model alone on the same contexts.'
    : 'Error bars: one standard error over contexts.'
  return markup`<p class="soft">Mean loss of the test tokens; lower is better. ${bars} All charts have one scale, moved so that the model alone is at one height; an arrow at the top stands for a loss above it.</p>
${keyList(ways.map((way) => ({ look: { way }, text: wayNames[way] })))}`
}

const gainIntroduction = markup`<p class="soft">How much lower the loss is than the model’s alone, at the best of the rates. Where the rate was chosen on the same contexts, the gain is a little flattered.</p>
`
