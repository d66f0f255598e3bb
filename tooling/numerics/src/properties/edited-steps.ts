import type { RandomStep } from '../random-models/step'

type Rows = readonly (readonly number[])[]

const ones = (step: RandomStep): Rows => step.tokens.map((row) => row.map(() => 1))

/** A mask for each sequence, where there may be one for all or none. */
function masksOf(step: RandomStep, masks: Rows | undefined): Rows {
  if (masks === undefined) return ones(step)
  return step.tokens.map((_, sequence) => masks[masks.length === 1 ? 0 : sequence] ?? [])
}

/** Which columns each row of each sequence may look at, where it may be left to causality. */
function attentionOf(step: RandomStep): readonly Rows[] {
  const { attentionMask, tokens } = step
  const all = (row: readonly number[]): Rows => row.map(() => row.map(() => 1))
  return tokens.map((row, sequence) => attentionMask?.[attentionMask.length === 1 ? 0 : sequence] ?? all(row))
}

/** Where each token stands, where it may be left to its place. */
function positionsOf({ tokens, positionIds }: RandomStep): Rows {
  return tokens.map(
    (row, sequence) => positionIds?.[positionIds.length === 1 ? 0 : sequence] ?? row.map((_, token) => token),
  )
}

/**
 * A step in which nothing depends on one token: it is seen by itself alone, and neither it nor what it predicts counts.
 *
 * @param choice says which
 * @returns nothing where no test target would be left
 */
export function hideToken(step: RandomStep, choice: number): RandomStep | undefined {
  const length = step.tokens[0]?.length ?? 0
  const hidden = choice % (length - 1)
  const without = (mask: readonly number[]) =>
    mask.map((value, t) => (t === hidden || t === hidden + 1 ? 0 : value))
  const testMask = masksOf(step, step.testMask).map(without)
  const tested = testMask.every((mask, sequence) =>
    mask.some((value, t) => value === 1 && t >= (step.trainLength[sequence] ?? 0)),
  )
  if (!tested) return undefined
  return {
    ...step,
    testMask,
    trainMask: masksOf(step, step.trainMask).map(without),
    attentionMask: attentionOf(step).map((rows) =>
      rows.map((row, i) => row.map((value, column) => (column === hidden && i !== hidden ? 0 : value))),
    ),
  }
}

/** A step with more tokens behind, which are not tested. */
export function padAtEnd(step: RandomStep, padding: number): RandomStep {
  const zeros = Array.from({ length: padding }, () => 0)
  const pad = (row: readonly number[]) => [...row, ...zeros]
  return {
    ...step,
    tokens: step.tokens.map(pad),
    positionIds: positionsOf(step).map(pad),
    trainMask: masksOf(step, step.trainMask).map(pad),
    testMask: masksOf(step, step.testMask).map(pad),
    attentionMask: attentionOf(step).map((rows) => {
      const width = rows.length + padding
      const padded = zeros.map((_, index) =>
        Array.from({ length: width }, (_, column) => Number(column === rows.length + index)),
      )
      return [...rows.map(pad), ...padded]
    }),
  }
}

/** A step with more tokens before, which none of the others sees, and which do not count. */
export function padAtStart(step: RandomStep, padding: number): RandomStep {
  const zeros = Array.from({ length: padding }, () => 0)
  const pad = (row: readonly number[]) => [...zeros, ...row]
  // The first token of the text is now one that could be predicted.
  const padMask = (row: readonly number[]) => [...zeros, 0, ...row.slice(1)]
  return {
    ...step,
    tokens: step.tokens.map(pad),
    trainLength: step.trainLength.map((length) => length + padding),
    positionIds: positionsOf(step).map(pad),
    trainMask: masksOf(step, step.trainMask).map(padMask),
    testMask: masksOf(step, step.testMask).map(padMask),
    attentionMask: attentionOf(step).map((rows) => {
      const width = rows.length + padding
      const padded = zeros.map((_, index) =>
        Array.from({ length: width }, (_, column) => Number(column === index)),
      )
      return [...padded, ...rows.map(pad)]
    }),
  }
}
