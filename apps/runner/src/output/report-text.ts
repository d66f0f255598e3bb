import type {
  Comparison,
  PerplexitySummary,
  RunSummary,
  RunsReport,
  TaskSummary,
  Way,
} from '@tintjs/evaluate'
import { bold, dim } from './colours'
import { changeText, countText, lossText, rateText } from './numbers'
import { pairsText, tableText } from './print'
import { paragraph } from './wrap'

const names: Readonly<Record<Way, string>> = { inner: 'inner', exact: 'exact', tint: 'TinT' }

/**
 * A report of runs for people.
 *
 * @param written where the page is, if anywhere
 */
export function reportText(report: RunsReport, written: string | undefined): string {
  const { runs, subjects, comparisons, incomparable } = report
  const parts = subjects.map(({ title, runs: own }) => {
    const summaries = runs.filter(({ name }) => own.includes(name))
    const differences = comparisons.filter(({ first }) => own.includes(first.run))
    return `${bold(headingOf(title, summaries))}\n${resultsOf(summaries)}\n\n${differencesTable(differences)}`
  })
  if (comparisons.length > 0) parts.push(dim(paragraph(noteOf(comparisons))))
  if (incomparable.length > 0) {
    const lines = incomparable.map(({ first, second, reason }) =>
      paragraph(`${first.join(', ')} with ${second.join(', ')}: ${reason}.`),
    )
    parts.push([bold('Not comparable'), ...lines].join('\n'))
  }
  const revisions = runs.map(
    ({ name, engine, gitRevision }) =>
      `${name}: ${engine}, ${gitRevision === null ? 'no git repository' : gitRevision.slice(0, 10)}`,
  )
  parts.push(pairsText({ runs: revisions, ...(written === undefined ? {} : { written }) }))
  return `${parts.join('\n\n')}\n`
}

function headingOf(title: string, [first]: readonly RunSummary[]): string {
  return first?.kind === 'task' ? `Task ${title}` : `Perplexity of ${title}`
}

/** Each way at its best rate; all rates are in the page and in `--json`. */
function resultsOf(runs: readonly RunSummary[]): string {
  const texts = runs.flatMap((run) => (run.kind === 'perplexity' ? textRows(run) : []))
  if (texts.length > 0)
    return tableText(['run', 'way', 'learned', 'rate', 'loss', 'gain', 'recovered'], texts)
  const tasks = runs.flatMap((run) => (run.kind === 'task' ? taskRows(run) : []))
  return tableText(['run', 'way', 'template', 'rate', 'accuracy', 'gain'], tasks)
}

function textRows({ name, results, best }: PerplexitySummary): string[][] {
  return best.flatMap((fraction) => {
    const { trainFraction, recovered, recoveredStandardError } = fraction
    const own = results.filter((result) => result.trainFraction === trainFraction)
    return own
      .filter(({ way, learningRate }) => way === 'inner' || fraction[way]?.learningRate === learningRate)
      .map((result) => [
        name,
        names[result.way],
        String(trainFraction),
        result.learningRate === null ? '' : rateText(result.learningRate),
        withError(result.negativeLogLikelihood, result.standardError, lossText, lossText),
        withError(result.gain, result.gainStandardError, changeText, lossText),
        result.way === 'tint' ? withError(recovered, recoveredStandardError, percentText, percentText) : '',
      ])
  })
}

function taskRows({ name, best }: TaskSummary): string[][] {
  return best.map(({ way, template, learningRate, accuracy, standardError, gain, gainStandardError }) => [
    name,
    names[way],
    template,
    learningRate === null ? '' : rateText(learningRate),
    withError(accuracy, standardError, percentText, percentText),
    withError(gain, gainStandardError, signedPercent, percentText),
  ])
}

function differencesTable(comparisons: readonly Comparison[]): string {
  if (comparisons.length === 0) return dim('Nothing to compare.')
  const rows = comparisons.map((comparison) => {
    const { kind, difference, standardError, pairs, pValue, adjustedPValue } = comparison
    const [value, error] = kind === 'task' ? [signedPercent, percentText] : [changeText, lossText]
    return [
      armText(comparison.first),
      armText(comparison.second),
      String(comparison.trainFraction ?? comparison.template),
      withError(difference, standardError, value, error),
      countText(pairs),
      pText(pValue),
      pText(adjustedPValue),
    ]
  })
  return tableText(['first', 'second', 'where', 'second better by', 'pairs', 'p', 'p among all'], rows)
}

function armText({ run, way, learningRate }: Comparison['first']): string {
  return `${run} ${names[way]}${learningRate === null ? '' : ` ${rateText(learningRate)}`}`
}

function noteOf(comparisons: readonly Comparison[]): string {
  const methods = [...new Set(comparisons.map(({ method }) => method))].join(', ')
  return (
    'Loss in nats per token, ± one standard error over contexts; accuracy in %, ± one over seeds. Differences are paired ' +
    `over the contexts or examples that both have, ± one standard error over pairs; p, two-sided, by ${methods} of the ` +
    "pairs; among all: adjusted for all comparisons of a table by Holm's method. Each way is at its " +
    'best rate on these same samples, which flatters it where several were tried.'
  )
}

function withError(
  value: number | null,
  error: number | null,
  text: (value: number) => string,
  errorText: (value: number) => string,
): string {
  if (value === null) return ''
  return error === null ? text(value) : `${text(value)} ± ${errorText(error)}`
}

/** A share in percent, without the sign. */
function percentText(share: number): string {
  return (100 * share).toFixed(1)
}

function signedPercent(share: number): string {
  return `${share > 0 ? '+' : ''}${percentText(share)}`
}

function pText(pValue: number): string {
  return pValue < 0.001 ? pValue.toPrecision(1) : pValue.toFixed(3)
}
