import type { EngineDescription } from '@tintjs/tensor'
import { engineText } from '../session'
import { bytesText, changeText, countText, lossText, rateText, secondsText } from './numbers'
import { pairsText, tableText } from './print'

/** What `tint step --json` prints. */
export interface StepReport {
  readonly model: string
  readonly family: string
  readonly execution: 'fused'
  /** Mean over the sequences of each one's mean test loss, in nats. */
  readonly lossBefore: number
  readonly lossAfter: number
  readonly sequences: readonly {
    readonly lossBefore: number
    readonly lossAfter: number
    readonly testTokens: number
  }[]
  readonly trainLength: number | readonly number[]
  readonly learningRate: number
  readonly steps: number
  readonly layers: number
  readonly gradient: 'tint' | 'exact'
  readonly lossGradient: string
  readonly derivative: string
  readonly compatibility: 'authors-code' | null
  readonly updateNormWeights: boolean
  /** The simulator's counts are null where none is constructed, as in fused execution. */
  readonly parameters: { readonly inner: number; readonly simulator: null; readonly distinct: null }
  readonly seconds: { readonly load: number; readonly construct: number; readonly step: number }
  readonly peakMemoryBytes: number
  readonly engine: string
  readonly engineDetails: EngineDescription
}

/** A step's result for people. */
export function stepText(report: StepReport): string {
  const { sequences, seconds, steps, layers } = report
  const row = (name: string, before: number, after: number) => [
    name,
    lossText(before),
    lossText(after),
    changeText(after - before),
  ]
  const rows =
    sequences.length === 1
      ? []
      : sequences.map(({ lossBefore, lossAfter }, index) => row(`sequence ${index}`, lossBefore, lossAfter))
  const losses = tableText(
    ['test loss (nats)', 'before', 'after', 'change'],
    [...rows, row(rows.length === 0 ? 'this sequence' : 'mean', report.lossBefore, report.lossAfter)],
  )
  const compatibility = report.compatibility === null ? '' : `, as in the ${report.compatibility}`
  const facts = pairsText({
    model: `${report.model} (${report.family}, ${countText(report.parameters.inner)} parameters)`,
    gradient: `${report.gradient}, loss gradient ${report.lossGradient}, derivative ${report.derivative}${compatibility}`,
    learned: `${steps} ${steps === 1 ? 'step' : 'steps'} at rate ${rateText(report.learningRate)}, the last ${layers} blocks`,
    time: `${secondsText(seconds.load)} to load, ${secondsText(seconds.step)} for the step`,
    memory: `${bytesText(report.peakMemoryBytes)} at its peak`,
    engine: engineText(report.engineDetails),
  })
  return `${losses}\n\n${facts}\n`
}
