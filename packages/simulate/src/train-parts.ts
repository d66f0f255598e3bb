import type { ModelInputs, PredictionRows } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'

/** What is learned at once, by one update of the weights or by `steps` of them. */
export interface TrainPart {
  readonly train: PredictionRows
  /** The loss gradient covers the first so many positions of every sequence. */
  readonly learnedPositions: number
}

/** The part of a step in which all of a set of targets is learned at once. */
export function trainPart(train: PredictionRows, { length }: Pick<ModelInputs, 'length'>): TrainPart {
  return {
    train,
    learnedPositions: train.rows.reduce((most, row) => Math.max(most, (row % length) + 1), 0),
  }
}

/**
 * Cuts what is learned into parts that follow each other. The targets `1..n-1` of each sequence, its own `n`, are cut
 * evenly: part `p` of `c` ends before target `1 + floor((p + 1) (n - 1) / c)`. Masked targets count for the cut.
 *
 * @param train all training targets
 * @param chunks how many parts
 * @throws InputError unless each part has at least one token of each sequence
 */
export function trainParts(
  train: PredictionRows,
  inputs: Pick<ModelInputs, 'length'>,
  trainLengths: readonly number[],
  chunks: number,
): TrainPart[] {
  const shortest = Math.max(1, Math.min(...trainLengths) - 1)
  if (!Number.isInteger(chunks) || chunks < 1 || chunks > shortest) {
    const expected = shortest === 1 ? '1' : `a whole number from 1 to ${shortest}`
    const tokens = shortest === 1 ? 'one token' : `${shortest} tokens`
    throw new InputError(
      `chunks is ${chunks}; expected ${expected}, as the shortest part to learn from has ${tokens} to predict.`,
    )
  }
  return Array.from({ length: chunks }, (_, part) => {
    const inPart = (row: number) => {
      const targets = (trainLengths[Math.floor(row / inputs.length)] ?? 1) - 1
      // Counted from the first target, which is the one of row 0.
      const target = row % inputs.length
      return target >= bound(part, targets, chunks) && target < bound(part + 1, targets, chunks)
    }
    const chosen = [...train.rows.keys()].filter((index) => inPart(train.rows[index] ?? 0))
    return trainPart(
      {
        rows: Int32Array.from(chosen, (index) => train.rows[index] ?? 0),
        targets: Int32Array.from(chosen, (index) => train.targets[index] ?? 0),
      },
      inputs,
    )
  })
}

function bound(part: number, targets: number, chunks: number): number {
  return Math.floor((part * targets) / chunks)
}
