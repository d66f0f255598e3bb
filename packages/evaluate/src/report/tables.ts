import type { PerplexityResult } from '../perplexity/aggregate'
import type { PerplexityReport } from '../perplexity/report-data'
import { type Markup, markup } from './markup'
import { countText, gainText, lossText, percentText, rateText, shortText, wayNames } from './numbers'

/** Every result; the best rate of each way and fraction stands out. */
export function resultsTable({ results, best }: Pick<PerplexityReport, 'results' | 'best'>): Markup {
  const isBest = ({ way, trainFraction, learningRate }: PerplexityResult) =>
    way !== 'inner' &&
    best.some((found) => found.trainFraction === trainFraction && found[way]?.learningRate === learningRate)
  return markup`<div class="scroll"><table class="results">
<thead><tr><th>way</th><th>learned</th><th>rate</th><th>loss, nats per token</th><th>gain over the model alone</th><th>perplexity</th><th>per word</th><th>bits per byte</th><th>test tokens</th></tr></thead>
<tbody>
${results.map(
  (
    result,
  ) => markup`<tr class="${result.way}${isBest(result) ? ' best' : ''}"><td>${wayNames[result.way]}</td><td>${percentText(result.trainFraction)}</td><td>${result.learningRate === null ? '–' : rateText(result.learningRate)}</td><td>${withError(result.negativeLogLikelihood, result.standardError, lossText, result.diverged)}</td><td>${withError(result.gain, result.gainStandardError, gainText)}</td><td>${result.perplexity === null ? '–' : result.perplexity.toFixed(3)}</td><td>${result.wordPerplexity === null ? '–' : shortText(result.wordPerplexity)}</td><td>${result.bitsPerByte === null ? '–' : result.bitsPerByte.toFixed(4)}</td><td>${countText(result.tokens)}</td></tr>
`,
)}</tbody>
</table></div>
<p class="note">± is one standard error over contexts. That of the gain comes from each context’s own gain, so that it is much smaller than those of the losses. Perplexity is per token, and per word of the test text (what stands between spaces and line breaks). Bold: the best rate of a way and share.</p>
`
}

function withError(
  value: number | null,
  error: number | null,
  text: (value: number) => string,
  diverged = 0,
): string {
  if (diverged > 0) return `diverged in ${countText(diverged)} contexts`
  if (value === null) return '–'
  return error === null ? text(value) : `${text(value)} ± ${lossText(error)}`
}

/** What was counted, in words, and what decides about the numbers. */
export function accountOf({
  model,
  data,
  recipe,
  configuration,
  versions,
  engine,
  modelHash,
  gitRevision,
}: PerplexityReport): Markup {
  const { context, contexts, limit, beginOfText, specialTokens, batch, chunks } = configuration
  const [from, to] = contexts
  const whole = from === 0 && to === 1
  const part = whole
    ? 'all of the file’s'
    : `those from ${percentText(from)} to ${percentText(to)} of the file’s`
  const limited = limit === null ? '' : `, at most ${countText(limit)} of them`
  const begin =
    beginOfText === null
      ? 'No special token is added.'
      : `Each context begins with the token ${beginOfText}, in place of one of the text.`
  const spelled = specialTokens
    ? 'Special tokens that the text spells out are read as such.'
    : 'What looks like a special token in the text, such as <unk>, is read as the letters that it is.'
  const details = { ...configuration, ...versions, model, engine, modelHash, gitRevision }
  return markup`<p>The text is <b>${data.file}</b>: ${countText(data.fileBytes)} bytes, ${countText(data.fileTokens)} tokens. ${windowsText(configuration)} Of the ${countText(data.fileContexts)} windows, ${part}${limited} were used: <b>${countText(data.contexts)} contexts, ${countText(data.tokens)} tokens, ${countText(data.bytes)} bytes, ${countText(data.words)} words</b>. ${begin} ${spelled}</p>
<p>With a share <i>f</i> of <i>N</i> = ${countText(context)} tokens and <i>n</i> = ⌊<i>f</i> <i>N</i>⌋, tokens 1 to <i>n</i> − 1 are learned and tokens <i>n</i> to <i>N</i> − 1 are tested, counted from 0; token 0 is only read.${chunksText(chunks)} Losses are means over all test tokens of all contexts. Each context starts from the same model, and batches hold ${countText(batch)} contexts that do not see each other.</p>
${recipeText(recipe)}<details><summary>What decides about the numbers</summary>
<div class="scroll"><table class="facts"><tbody>
<tr><th scope="row">text SHA-256</th><td>${data.sha256}</td></tr>
${Object.entries(details).map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${factText(value)}</td></tr>\n`)}</tbody></table></div>
</details>
`
}

function recipeText(recipe: PerplexityReport['recipe']): Markup | undefined {
  if (recipe === undefined) return undefined
  const { name, description, validation } = recipe
  return markup`<p>Recipe <b>${name}</b>: ${description}. The rates were chosen on <b>${validation.file}</b> (${countText(validation.contexts)} contexts, ${countText(validation.bytes)} bytes), which is not part of what is reported here.</p>
`
}

/** How the text is cut, and the stride in numbers. */
function windowsText({ context, stride, beginOfText }: PerplexityReport['configuration']): string {
  const taken = beginOfText === null ? context : context - 1
  const windows = `It is cut into windows of ${countText(context)} tokens, one every ${countText(stride)} tokens of the text (the stride)`
  return stride === taken
    ? `${windows}, so that they do not overlap; a last partial one is dropped.`
    : `${windows}, so that they overlap: of each but the first, only the last ${countText(stride)} tokens are tested, so that none is tested twice. A last partial one is dropped.`
}

function chunksText(chunks: number): string {
  return chunks === 1
    ? ''
    : ` What is learned is cut into ${countText(chunks)} equal parts, and the weights are updated after each: a part is learned with what those before have taught, and with all that comes before it in view.`
}

/** A choice in words. */
export function factText(value: unknown): string {
  if (Array.isArray(value))
    return value.map((item) => (typeof item === 'object' ? JSON.stringify(item) : item)).join(', ')
  return value === null ? 'none' : String(value)
}
