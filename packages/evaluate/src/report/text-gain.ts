import type { ContextExample, ExamplePiece } from '../perplexity/example'
import { Markup, markup } from './markup'
import { gainText, lossText, percentText, rateText, wayNames } from './numbers'
import { gainShade, gainThresholds, visibleText } from './text-shades'

/** How much of the learned text is shown before the tested one, in characters. */
const learnedShown = 240

/** What is shown, and how. */
export const textIntroduction = markup`<p class="soft">The part of a context that was predicted, token by token: blue became easier to predict by learning, orange harder. Point at a token for its losses before and after.</p>
`

/** The tested part of contexts, coloured by what learning changed. */
export function textGains(examples: readonly ContextExample[]): Markup {
  return markup`<div class="examples">
${examples.map(textGain)}</div>
${legend()}`
}

function textGain(example: ContextExample): Markup {
  const { choice, sample, way, trainFraction, learningRate, learned, pieces } = example
  const gain = pieces.reduce((total, { lossBefore, lossAfter }) => total + lossBefore - lossAfter, 0)
  const shown = [...learned].slice(-learnedShown).join('')
  return markup`<figure class="example">
<figcaption>Context ${sample}, the one with the ${choice}: ${gainText(gain)} nats in all</figcaption>
<p class="text"><span class="learned">${shown.length < learned.length ? '… ' : ''}${visibleText(shown)}</span>${pieces.map(pieceMarkup)}</p>
<p class="note">${wayNames[way]} at rate ${rateText(learningRate)}. Grey: the end of the ${percentText(trainFraction)} that were learned.</p>
</figure>
`
}

function pieceMarkup({ text, lossBefore, lossAfter }: ExamplePiece): Markup {
  const gain = lossBefore - lossAfter
  const shade = gainShade(gain)
  if (shade === '') return markup`${visibleText(text)}`
  const title = `${lossText(lossBefore)} → ${lossText(lossAfter)} nats`
  return markup`<span class="${shade}" title="${title}">${visibleText(text)}</span>`
}

function legend(): Markup {
  const steps = [4, 3, 2, 1]
  const box = (kind: string, level: number, text: string) =>
    markup`<span class="${kind}${level} key">${text}</span>`
  const at = (level: number) => String(gainThresholds[level - 1] ?? '')
  return markup`<p class="legend" aria-label="Legend">better by nats ${steps.map((level) => box('better', level, `≥ ${at(level)}`))}${new Markup(' <span class="key same">about the same</span> ')}${[...steps].reverse().map((level) => box('worse', level, `≥ ${at(level)}`))} worse by nats</p>
`
}
