import type { SequenceLosses, TrainingStepResult } from '@tintjs/simulate'
import type { EngineDescription } from '@tintjs/tensor'

/** One way of predicting the test part, and how well it did. */
export interface DemoResult {
  /** `inner`: the model as it is; `exact`: dynamic evaluation; `tint`: the simulated step. */
  readonly way: 'inner' | 'exact' | 'tint'
  /** Null for `inner`, which learns nothing. */
  readonly learningRate: number | null
  /** Mean over the test bytes, in nats. */
  readonly loss: number
}

/** The best of a way's rates. */
export interface BestResult {
  readonly learningRate: number
  readonly loss: number
}

/** One byte of the test part, at TinT's best rate. */
export interface ByteLoss {
  /** Index in the text. */
  readonly position: number
  readonly byte: number
  readonly lossBefore: number
  readonly lossAfter: number
}

/** What `tint demo --json` prints. */
export interface DemoReport {
  readonly model: string
  readonly family: string
  readonly text: { readonly file: string; readonly bytes: number }
  /** Bytes that are learned; the others are predicted. */
  readonly trainLength: number
  readonly results: readonly DemoResult[]
  readonly best: {
    readonly exact: BestResult
    readonly tint: BestResult
    /** TinT's gain as a share of exact back-propagation's; null where that one gains nothing. */
    readonly recovered: number | null
  }
  readonly bytes: readonly ByteLoss[]
  readonly seconds: { readonly load: number; readonly steps: number }
  readonly engine: string
  readonly engineDetails: EngineDescription
}

/** What one learning rate gave. */
export interface RateResults {
  readonly learningRate: number
  readonly exact: RateLosses
  readonly tint: RateLosses
}

/** The losses of a step; its tensors are not kept. */
export type RateLosses = Pick<TrainingStepResult, 'lossBefore' | 'lossAfter' | 'sequences'>

/** Puts the rates' results together: the list, the best of each way, and the bytes of the picture. */
export function summarise(
  rates: readonly [RateResults, ...RateResults[]],
  text: Uint8Array,
): Pick<DemoReport, 'results' | 'best' | 'bytes'> {
  const [first] = rates
  const before = first.tint.lossBefore
  const bestExact = bestOf(rates, 'exact')
  const bestTint = bestOf(rates, 'tint')
  const exactGain = before - bestExact.exact.lossAfter
  return {
    results: [
      { way: 'inner', learningRate: null, loss: before },
      ...rates.flatMap(({ learningRate, exact, tint }): DemoResult[] => [
        { way: 'exact', learningRate, loss: exact.lossAfter },
        { way: 'tint', learningRate, loss: tint.lossAfter },
      ]),
    ],
    best: {
      exact: { learningRate: bestExact.learningRate, loss: bestExact.exact.lossAfter },
      tint: { learningRate: bestTint.learningRate, loss: bestTint.tint.lossAfter },
      recovered: exactGain > 0 ? (before - bestTint.tint.lossAfter) / exactGain : null,
    },
    bytes: bestTint.tint.sequences.flatMap((sequence) => byteLosses(sequence, text)),
  }
}

function bestOf(rates: readonly [RateResults, ...RateResults[]], way: 'exact' | 'tint'): RateResults {
  return rates.reduce((best, rate) => (rate[way].lossAfter < best[way].lossAfter ? rate : best))
}

function byteLosses(
  { targets, tokenLossesBefore, tokenLossesAfter }: SequenceLosses,
  text: Uint8Array,
): ByteLoss[] {
  return Array.from(targets, (position, index) => ({
    position,
    byte: text[position] ?? 0,
    lossBefore: tokenLossesBefore[index] ?? Number.NaN,
    lossAfter: tokenLossesAfter[index] ?? Number.NaN,
  }))
}
