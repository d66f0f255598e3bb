import type { EngineDescription } from '@tintjs/tensor'
import { engineText } from '../session'
import type { SimulatorSizes } from '../simulator-options'
import { bytesText, secondsText } from './numbers'
import { pairsText } from './print'

/** What `tint bench --json` prints. */
export interface BenchReport {
  /** The shape or the model that was measured; the other one is null. */
  readonly shape: string | null
  readonly model: string | null
  readonly length: number
  readonly trainLength: number
  readonly execution: 'fused' | 'literal'
  readonly gradient: 'tint' | 'exact'
  readonly lossGradient: string
  readonly derivative: string
  readonly seconds: {
    /** Making random weights, or loading. */
    readonly prepare: number
    /** Constructing a simulator: 0 in fused execution. */
    readonly construct: number
    /** Each timed step. */
    readonly step: readonly number[]
    readonly median: number
  }
  /** The share of the steps' time in matrix products; of engines that compute when they are called. */
  readonly matrixProductShare: number
  /** The simulator that was run; null in fused execution. */
  readonly simulator: SimulatorSizes | null
  readonly peakMemoryBytes: number
  /** The arithmetic of one step, counted from shapes. */
  readonly gflop: number
  /** `gflop` over the median time. */
  readonly gflopPerSecond: number
  /** The engine's rate on products of large matrices (2048 x 2048 on tensorflow, else 1024 x 1024), the better of before
   * and after the steps. */
  readonly gemmPeakGflopPerSecond: number
  readonly engine: string
  readonly engineDetails: EngineDescription
}

/** A benchmark's result for people. */
export function benchText(report: BenchReport): string {
  const { seconds, gflopPerSecond, gemmPeakGflopPerSecond } = report
  const share = Math.round((100 * gflopPerSecond) / gemmPeakGflopPerSecond)
  const pairs = {
    step: `${secondsText(seconds.median)}, the median of ${seconds.step.map(secondsText).join(', ')}`,
    what: `${report.gradient}, ${report.execution}, on ${report.shape ?? report.model}, ${report.length} tokens, ${report.trainLength} of them to learn from`,
    arithmetic: `${report.gflop.toFixed(1)} GFLOP, ${gflopPerSecond.toFixed(1)} GFLOP/s`,
    products: `${Math.round(100 * report.matrixProductShare)} % of the time`,
    ...(report.simulator === null ? {} : { simulator: simulatorText(report) }),
    peak: `${gemmPeakGflopPerSecond.toFixed(1)} GFLOP/s on large matrix products; the step reaches ${share} %`,
    memory: `${bytesText(report.peakMemoryBytes)} at its peak`,
    engine: engineText(report.engineDetails),
  }
  return `${pairsText(pairs)}\n`
}

function simulatorText({ simulator, seconds }: BenchReport): string {
  const { prefixTokens = 0, hiddenSize = 0, simulatorHeads = 0 } = simulator ?? {}
  return `${prefixTokens} prefix tokens, width ${hiddenSize}, ${simulatorHeads} heads; constructed in ${secondsText(seconds.construct)}`
}
