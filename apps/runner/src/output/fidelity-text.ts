import type { FidelityReport, UpdateComparison } from '@tintjs/simulate'
import { dim } from './colours'
import { changeText, countText, lossText, rateText } from './numbers'
import { pairsText, tableText } from './print'

/** What `tint fidelity --json` prints. */
export interface FidelityCommandReport extends FidelityReport {
  readonly model: string
  readonly family: string
  /** The name of the file with the text or the ids. */
  readonly file: string
  readonly sequences: number
  readonly tokens: number
  readonly trainLength: number
  readonly learningRate: number
  readonly layers: number
  readonly seconds: { readonly load: number; readonly measure: number }
  readonly peakMemoryBytes: number
  readonly engine: string
}

/**
 * A measurement for people.
 *
 * @param written where the page is, if anywhere
 */
export function fidelityText(report: FidelityCommandReport, written: string | undefined): string {
  const { reference } = report
  const note = dim(
    'Of the updates: relative error |update - reference| / |reference| (1: does not learn) and cosine, all weights as one vector.',
  )
  const facts = pairsText({
    reference: `${reference.name}: ${lossText(reference.lossBefore)} -> ${lossText(reference.lossAfter)} nats`,
    tokens: `${report.sequences === 1 ? '' : `${countText(report.sequences)} sequences of `}${countText(report.tokens)} from ${report.file}, the first ${countText(report.trainLength)} learned`,
    rate: rateText(report.learningRate),
    layers: `the last ${report.layers} and the final norm`,
    engine: report.engine,
    ...(written === undefined ? {} : { written }),
  })
  return `${overallTable(report)}\n${note}\n\n${kindTable(report)}${facts}\n`
}

function overallTable({ reference, approximations }: FidelityReport): string {
  const rows = approximations.map(({ name, overall, lossChange, lossChangeRelativeError }) => [
    name,
    ...comparisonCells(overall),
    lossChange === null ? 'not finite' : changeText(lossChange),
    errorCell(lossChangeRelativeError),
  ])
  return tableText(
    ['approximation', 'relative error', 'cosine', 'loss change', 'its error'],
    [[reference.name, '0', '1', changeText(reference.lossChange), '0'], ...rows],
  )
}

/** The kinds of weights under all approximations together, where they were measured. */
function kindTable({ reference, approximations }: FidelityReport): string {
  const together = approximations.find(({ part }) => part === 'all')
  if (together === undefined) return ''
  const rows = reference.kinds.map(({ kind, share, parameters }, index) => [
    kind,
    countText(parameters),
    `${(100 * share).toFixed(1)} %`,
    ...comparisonCells(together.kinds[index]),
  ])
  const note = `The same for ${together.name} by kinds of weights; share of the reference's whole update, squared.`
  return `${tableText(['weight', 'parameters', 'share', 'relative error', 'cosine'], rows)}\n${dim(note)}\n\n`
}

function comparisonCells(comparison: UpdateComparison | undefined): string[] {
  const { relativeError = null, cosine = null } = comparison ?? {}
  return [errorCell(relativeError), cosine === null ? '-' : cosine.toFixed(6)]
}

function errorCell(value: number | null): string {
  if (value === null) return '-'
  return value === 0 ? '0' : value.toPrecision(2)
}
