import type { ModelInputs } from './inputs'

/** Places of predictions: row `sequence * N + t - 1` of the hidden states predicts token `t`. */
export interface PredictionRows {
  /** Indices into the hidden states as `[batch * N]` rows. */
  readonly rows: Int32Array
  /** The token that each row has to predict. */
  readonly targets: Int32Array
}

/** The rows of the given sequences that predict a target. */
export function predictionRows(
  { tokens, length }: ModelInputs,
  sequences: Iterable<number>,
  isTarget: (sequence: number, t: number) => boolean,
): PredictionRows {
  const rows: number[] = []
  const targets: number[] = []
  for (const sequence of sequences) {
    tokens[sequence]?.forEach((token, t) => {
      if (!isTarget(sequence, t)) return
      rows.push(sequence * length + t - 1)
      targets.push(token)
    })
  }
  return { rows: Int32Array.from(rows), targets: Int32Array.from(targets) }
}
