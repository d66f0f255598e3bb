import type { ArmName, Comparison } from '../runs/comparisons'
import { randomFlips } from '../statistics/sign-flips'
import { type Markup, markup } from './markup'
import { countText, gainText, lossText, percentText, pointsText, rateText, wayNames } from './numbers'

/** Differences with their significance, and how that was found; nothing where there are none. */
export function comparisonTable(comparisons: readonly Comparison[]): Markup | undefined {
  if (comparisons.length === 0) return undefined
  return markup`<div class="scroll"><table class="results">
<thead><tr><th scope="col">first</th><th scope="col">second</th><th scope="col">where</th><th scope="col">the second is better by</th><th scope="col">pairs</th><th scope="col">p</th><th scope="col">p among all</th></tr></thead>
<tbody>
${comparisons.map(
  (comparison) =>
    markup`<tr${comparison.adjustedPValue < 0.05 ? markup` class="best"` : undefined}><td>${armText(comparison.first)}</td><td>${armText(comparison.second)}</td><td>${whereText(comparison)}</td><td>${differenceText(comparison)}</td><td>${countText(comparison.pairs)}</td><td>${pText(comparison.pValue)}</td><td>${pText(comparison.adjustedPValue)}</td></tr>
`,
)}</tbody>
</table></div>
<p class="note">${comparisonNote(comparisons)}</p>
`
}

/** A way of a run in words. */
function armText({ run, way, learningRate }: ArmName): string {
  return `${run}, ${wayNames[way]}${learningRate === null ? '' : ` at ${rateText(learningRate)}`}`
}

function whereText({ trainFraction, template }: Comparison): string {
  return trainFraction === null ? `template ${template ?? ''}` : `${percentText(trainFraction)} learned`
}

function differenceText({ kind, difference, standardError }: Comparison): string {
  if (kind === 'task') return pointsText(difference, standardError)
  const error = standardError === null ? '' : ` ± ${lossText(standardError)}`
  return `${gainText(difference)}${error} nats`
}

/** Small ones as they are; those of random flips are never below 0.0001. */
function pText(pValue: number): string {
  return pValue < 0.001 ? pValue.toPrecision(1) : pValue.toFixed(3)
}

/** How the p-values were found, for all comparisons shown, and what they do not say. */
function comparisonNote(comparisons: readonly Comparison[]): string {
  const isTask = comparisons.some(({ kind }) => kind === 'task')
  const unit = isTask ? 'examples that both have, each with its mean over seeds' : 'contexts that both have'
  const methods = [...new Set(comparisons.map(({ method }) => method))].map((method) => methodTexts[method])
  return `Paired over the ${unit}; ± is one standard error over pairs. p, two-sided: ${methods.join('; ')}. “Among all”: adjusted for the ${countText(comparisons.length)} comparisons of this table by Holm’s method; bold where below 0.05. Each way is at its best rate on these same samples, which flatters it where several rates were tried.`
}

const methodTexts: Readonly<Record<Comparison['method'], string>> = {
  'all sign flips': 'by all ways to flip signs where few pairs differ',
  'random sign flips': `by ${countText(randomFlips)} random sign flips of the pairs with a fixed seed`,
  'normal approximation': 'by the normal approximation of sign flips where more than 20,000 pairs differ',
}
