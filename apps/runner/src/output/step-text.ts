import type { EngineDescription } from '@tintjs/tensor'
import type { Saved } from '../files/saved'
import { engineText } from '../session'
import type { SimulatorSizes } from '../simulator-options'
import { bytesText, changeText, countText, lossText, rateText, secondsText } from './numbers'
import { pairsText, tableText } from './print'

/** What `tint step --json` prints. */
export interface StepReport {
  readonly model: string
  readonly family: string
  readonly execution: 'fused' | 'literal'
  /** Mean over the sequences of each one's mean test loss, in nats. */
  readonly lossBefore: number
  readonly lossAfter: number
  readonly sequences: readonly {
    readonly lossBefore: number
    readonly lossAfter: number
    /** How many tokens are training targets, and how many are test targets. */
    readonly trainTokens: number
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
  /** The simulator that computes this step, or that fused execution stands in for; null where none fits the model. */
  readonly simulator: SimulatorSizes | null
  readonly parameters: {
    readonly inner: number
    /** Every dense parameter of every module of every layer. */
    readonly simulator: number | null
    /** Where equal modules are shared between layers. */
    readonly distinct: number | null
  }
  /** What was written, in the order of `--save-updated`, `--save-logits`, `--save-model`. */
  readonly saved: readonly Saved[]
  readonly seconds: { readonly load: number; readonly construct: number; readonly step: number }
  readonly peakMemoryBytes: number
  readonly engine: string
  readonly engineDetails: EngineDescription
}

/** A step's result for people. */
export function stepText(report: StepReport): string {
  const { sequences, saved } = report
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
    learned: learnedText(report),
    ...(report.execution === 'literal' ? { simulator: simulatorText(report) } : {}),
    time: timeText(report),
    memory: `${bytesText(report.peakMemoryBytes)} at its peak`,
    engine: engineText(report.engineDetails),
    ...(saved.length === 0 ? {} : { saved: saved.map(savedText) }),
  })
  return `${losses}\n\n${facts}\n`
}

function timeText({ execution, seconds }: StepReport): string {
  const construct = execution === 'literal' ? `, ${secondsText(seconds.construct)} to construct` : ''
  return `${secondsText(seconds.load)} to load${construct}, ${secondsText(seconds.step)} for the step`
}

function simulatorText({ simulator, parameters }: StepReport): string {
  if (simulator === null || parameters.simulator === null) return 'none fits this model'
  const { prefixTokens, hiddenSize, simulatorHeads } = simulator
  return `${countText(parameters.simulator)} parameters, executed literally: ${prefixTokens} prefix tokens, width ${hiddenSize}, ${simulatorHeads} heads`
}

function learnedText({ sequences, steps, learningRate, layers }: StepReport): string {
  if (sequences.every(({ trainTokens }) => trainTokens === 0)) return 'nothing: there was no training target'
  return `${steps} ${steps === 1 ? 'step' : 'steps'} at rate ${rateText(learningRate)}, the last ${layers} blocks`
}

function savedText({ path, files, bytes }: Saved): string {
  return `${path} (${files} ${files === 1 ? 'file' : 'files'}, ${bytesText(bytes)})`
}
