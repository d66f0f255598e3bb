import type { FidelityOfStep, FidelityReport, ReferenceStep } from '@tintjs/simulate'
import { bars } from '../report/bars'
import { htmlDocument, nameOf, section } from '../report/document'
import { type Markup, markup } from '../report/markup'
import { countText, gainText, lossText, percentText, rateText } from '../report/numbers'
import { cosineHeat, errorHeat, heatLegend, heatMap } from './heat-map'

/** What was measured. */
export interface FidelityFacts {
  readonly model: string
  /** The file that the tokens came from. */
  readonly data: string
  readonly sequences: number
  /** Of each sequence. */
  readonly tokens: number
  readonly trainLength: number
  readonly learningRate: number
  /** How many of the last blocks learned. */
  readonly layers: number
  readonly engine: string
}

/**
 * A measurement of fidelity as one HTML file that needs nothing else: relative errors and cosines of the updates as heat
 * maps over kinds of weights and approximations, and what each approximation leaves of the exact change of the loss.
 */
export function fidelityPage(report: FidelityReport, facts: FidelityFacts): string {
  const title = `How near TinT’s updates are: ${nameOf(facts.model)}`
  const { reference, approximations } = report
  const compared = reference.name
  return htmlDocument(
    title,
    markup`<h1>${title}</h1>
${lead(approximations)}<p class="soft">${factsText(facts)}</p>
${section(
  'Relative error of the updates',
  markup`<p class="soft">The size of the difference to the update of the reference (${compared}), as a share of that one’s size; 1 is a weight that does not learn. Weights of a kind count as one vector over all blocks. “Share” is how much of the reference’s whole update, squared, belongs to a kind.</p>
${heatLegend(errorHeat)}`,
  heatMap(report, errorHeat),
)}${section(
  'Cosine of the updates',
  markup`<p class="soft">Of the angle to the update of the reference, whatever the size; 1 is the same direction. A weight that does not learn has none (–).</p>
${heatLegend(cosineHeat)}`,
  heatMap(report, cosineHeat),
)}${section('Change of the loss', lossIntroduction(reference), lossBars(report))}${section('How to read this', markup``, notesOn(report))}`,
  )
}

function lead(approximations: readonly FidelityOfStep[]): Markup | undefined {
  const cosine = approximations.find(({ name }) => name === 'TinT')?.overall.cosine ?? null
  return cosine === null
    ? undefined
    : markup`<p class="lead">All approximations together give an update whose cosine with the exact one is <b>${cosine.toFixed(4)}</b>.</p>
`
}

function factsText({
  data,
  sequences,
  tokens,
  trainLength,
  learningRate,
  layers,
  engine,
}: FidelityFacts): string {
  const what = sequences === 1 ? 'One sequence' : `${countText(sequences)} sequences`
  return `${what} of ${countText(tokens)} tokens from ${nameOf(data)}; tokens 1 to ${trainLength - 1} are learned at rate ${rateText(learningRate)} by the last ${layers} blocks and the final norm, the others are tested. Engine: ${engine}.`
}

function lossIntroduction({ name, lossBefore, lossAfter, lossChange }: ReferenceStep): Markup {
  return markup`<p class="soft">Mean test loss in nats per token. The reference (${name}) takes it from ${lossText(lossBefore)} to ${lossText(lossAfter)}, a change of ${gainText(lossChange)}. The bars are shares of that change, and their frame ends at 110 %.</p>
`
}

function lossBars({ reference, approximations }: FidelityReport): Markup {
  return bars(
    approximations.map(({ name, lossChange }) => {
      const share =
        lossChange === null || reference.lossChange === 0 ? null : lossChange / reference.lossChange
      const change = lossChange === null ? 'no finite loss' : gainText(lossChange)
      return {
        name,
        share: share ?? 0,
        text: share === null || Math.abs(share) > 10 ? change : `${change}, ${percentText(share)}`,
      }
    }),
  )
}

/** What the figures of a table with or without literal execution say and do not. */
function notesOn({ approximations }: FidelityReport): Markup {
  const literal = approximations.some(({ execution }) => execution === 'literal')
  return literal ? literalNotes : markup`${alone}${common}`
}

const alone = markup`<p>The exact step is full back-propagation in which scales of norms learn as their biases do. Each approximation is made alone, everything else exact; the last one is TinT’s step with all of them. The updates are compared before they are added to the weights.</p>
<p>The fused execution takes finite differences in a form that is free of cancellation, so that what is seen of them here is their own error. Float32’s rounding of the two values that a transformer subtracts is seen in literal execution only.</p>
`

const common = markup`<p>Several sequences learn each for itself, and their updates count as if laid end to end. The keys’ biases learn nothing, exactly or not: softmax does not see what is added to all scores of a row.</p>
`

const literalNotes = markup`<p>The reference is TinT’s step with exact derivatives. Fused execution takes differences free of cancellation and is compared before updates are added to the weights: what is seen is the differences’ own error. Literal execution runs the simulator, which subtracts two rounded values of a function and stores rounded weights; what that rounding alone does stands in the first column.</p>
${common}`
