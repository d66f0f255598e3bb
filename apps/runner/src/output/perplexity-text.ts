import { type PerplexityReport, type PerplexityResult, shardNote, type Way } from '@tintjs/evaluate'
import type { EngineDescription } from '@tintjs/tensor'
import { engineText } from '../session'
import { bold, dim } from './colours'
import { changeText, countText, lossText, rateText } from './numbers'
import { pairsText, tableText } from './print'

const names: Readonly<Record<Way, string>> = { inner: 'inner', exact: 'exact', tint: 'TinT' }

/** A measurement's results for people. */
export function perplexityText(
  report: PerplexityReport,
  engine: EngineDescription,
  output: string | undefined,
): string {
  const { data, configuration, recipe } = report
  const facts = pairsText({
    ...recoveredPairs(report),
    ...(recipe === undefined
      ? {}
      : {
          recipe: recipe.name,
          rates: `chosen on ${recipe.validation.file}, ${countText(recipe.validation.contexts)} contexts`,
        }),
    ...shardPairs(configuration),
    text: `${data.file}, SHA-256 ${data.sha256.slice(0, 16)}..., ${countText(data.fileBytes)} bytes`,
    contexts: `${countText(data.contexts)} of ${countText(data.fileContexts)}, ${countText(configuration.context)} tokens each; ${strideText(configuration)}`,
    tokens: `${countText(data.tokens)} tokens, ${countText(data.bytes)} bytes, ${countText(data.words)} words`,
    ...(configuration.chunks === 1
      ? {}
      : { chunks: `${countText(configuration.chunks)}, with an update of the weights after each` }),
    batch: `${countText(configuration.batch)} contexts`,
    engine: engineText(engine),
    ...(output === undefined
      ? {}
      : {
          written: `${output}: ${recipe === undefined ? '' : 'validation and test, with '}report.html, results.json, samples.jsonl, examples.json`,
        }),
  })
  const note = dim(
    'Loss in nats per token over all test tokens, ± one standard error over contexts; perplexity per token and per word; * is the best rate of its way.',
  )
  return `${resultsTable(report)}\n${note}\n\n${facts}\n`
}

/** Which part of a run the figures are of, where it is one. */
export function shardPairs(configuration: Parameters<typeof shardNote>[0]): Record<string, string> {
  const shard = shardNote(configuration)
  return shard === undefined ? {} : { shard }
}

/** How far the contexts are apart. */
function strideText({ stride, context, beginOfText }: PerplexityReport['configuration']): string {
  const taken = beginOfText === null ? context : context - 1
  return stride === taken
    ? `stride ${countText(stride)}: they do not overlap, a last partial one is dropped`
    : `stride ${countText(stride)}: they overlap, each token is tested at most once, a last partial one is dropped`
}

function resultsTable({ results, best }: PerplexityReport): string {
  const isBest = ({ way, trainFraction, learningRate }: PerplexityResult) =>
    way !== 'inner' &&
    best.some((found) => found.trainFraction === trainFraction && found[way]?.learningRate === learningRate)
  const rows = results.map((result) => {
    const mark = isBest(result) ? '* ' : ''
    return [
      `${names[result.way]}`,
      String(result.trainFraction),
      result.learningRate === null ? '' : rateText(result.learningRate),
      result.diverged > 0
        ? `diverged in ${result.diverged}`
        : mark + valueText(result.negativeLogLikelihood, result.standardError),
      result.gain === null ? '' : valueText(-result.gain, result.gainStandardError, changeText),
      result.perplexity?.toFixed(4) ?? '',
      result.bitsPerByte?.toFixed(4) ?? '',
      result.wordPerplexity?.toPrecision(6) ?? '',
    ].map((cell) => (mark === '' ? cell : bold(cell)))
  })
  return tableText(['way', 'learned', 'rate', 'loss', 'change', 'perplexity', 'bits/byte', 'per word'], rows)
}

function valueText(
  value: number | null,
  error: number | null,
  text: (value: number) => string = lossText,
): string {
  if (value === null) return ''
  return error === null ? text(value) : `${text(value)} ± ${lossText(error)}`
}

/** What TinT has of exact's gain, at each fraction. */
function recoveredPairs({ best }: PerplexityReport): Record<string, string> {
  const shares = best.flatMap(({ trainFraction, recovered, recoveredStandardError }) => {
    if (recovered === null) return []
    const error = recoveredStandardError === null ? '' : ` ± ${(100 * recoveredStandardError).toFixed(1)}`
    return [`${(100 * recovered).toFixed(1)}${error} % at ${trainFraction}`]
  })
  return shares.length === 0
    ? {}
    : { recovered: `${shares.join(', ')} of exact's gain, each at its best rate` }
}
