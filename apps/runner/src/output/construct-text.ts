import type { ParameterAccount } from '@tintjs/construct'
import type { Saved } from '../files/saved'
import type { SimulatorSizes } from '../simulator-options'
import { bytesText, countText, secondsText } from './numbers'
import { pairsText } from './print'

/** What `tint construct --json` prints. */
export interface ConstructReport {
  readonly model: string
  readonly family: string
  readonly simulator: SimulatorSizes
  readonly derivative: string
  readonly lossGradient: string
  readonly compatibility: 'authors-code' | null
  readonly updateNormWeights: boolean
  /** Modules that differ from each other. */
  readonly modules: number
  readonly parameters: ParameterAccount
  readonly saved: Saved
  readonly seconds: { readonly load: number; readonly construct: number; readonly save: number }
  readonly peakMemoryBytes: number
  readonly engine: string
}

/** A construction's result for people. */
export function constructText(report: ConstructReport): string {
  const { simulator, parameters, seconds, saved } = report
  const compatibility = report.compatibility === null ? '' : `, as in the ${report.compatibility}`
  const facts = pairsText({
    model: `${report.model} (${report.family}, ${countText(parameters.inner)} parameters)`,
    simulator: `${simulator.prefixTokens} prefix tokens, width ${simulator.hiddenSize}, ${simulator.simulatorHeads} heads, texts of up to ${simulator.maxLength} tokens`,
    gradient: `loss gradient ${report.lossGradient}, derivative ${report.derivative}${compatibility}`,
    modules: `${report.modules} that differ; ${countText(parameters.simulator)} parameters, ${countText(parameters.distinct)} where layers share them`,
    saved: `${saved.path} (${saved.files} files, ${bytesText(saved.bytes)})`,
    time: `${secondsText(seconds.load)} to load, ${secondsText(seconds.construct)} to construct, ${secondsText(seconds.save)} to save`,
    memory: `${bytesText(report.peakMemoryBytes)} at its peak`,
  })
  return `${facts}\n\nRun it: tint step --simulator ${saved.path} --input-ids FILE --train-length N --learning-rate X\n`
}
