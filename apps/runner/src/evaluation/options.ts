import type { Arrangement, Calibration, LongExamples, Loss, View } from '@tintjs/evaluate'
import type { AdapterOptions, EngineOptions } from '../command-options'
import { type ApproximationOptions, checkApproximations } from '../gradient-options'
import { checkRunOptions, type RunOptions } from '../run/run-options'

/** The options of `tint evaluate`. */
export interface EvaluateCommandOptions
  extends EngineOptions,
    AdapterOptions,
    ApproximationOptions,
    RunOptions {
  readonly model: string
  readonly task: string
  readonly data?: string
  readonly template?: string[]
  readonly ways?: string[]
  readonly learningRate?: number[]
  readonly shots: number
  readonly seeds: number[]
  readonly limit?: number
  readonly demonstrations: Arrangement
  readonly querySees: View
  readonly loss: Loss
  readonly calibration: Calibration
  readonly layers?: number
  readonly steps?: number
  readonly updateNormWeights?: true
  readonly bos?: true
  readonly longExamples: LongExamples
}

/** @throws UsageError for options that do not go together */
export function checkEvaluateOptions(options: EvaluateCommandOptions): void {
  checkRunOptions(options)
  checkApproximations(options, options.ways)
}
