import type { ModelInputs, PredictionRows } from '@tintjs/inner'
import type { StepPlan } from './step-plan'

/**
 * The part of a step that its training loss depends on: attention is causal, so that tokens after the last training
 * target have no influence on it. Descends as the whole plan does.
 *
 * @returns the plan itself where all of it is learned
 */
export function learnedPart(plan: StepPlan): StepPlan {
  const length = Math.max(1, plan.learnedPositions)
  if (length === plan.inputs.length) return plan
  return {
    ...plan,
    inputs: firstTokens(plan.inputs, length),
    train: rowsOfShorter(plan.train, plan.inputs.length, length),
    test: [],
  }
}

function firstTokens(
  { tokens, batch, positionIds, allowed, length }: ModelInputs,
  count: number,
): ModelInputs {
  const first = (row: Int32Array) => row.subarray(0, count)
  return {
    tokens: tokens.map(first),
    batch,
    length: count,
    positionIds: positionIds.map(first),
    allowed: allowed?.map((mask) => firstRowsAndColumns(mask, length, count)),
  }
}

function firstRowsAndColumns(mask: Uint8Array, length: number, count: number): Uint8Array {
  const part = new Uint8Array(count * count)
  for (let row = 0; row < count; row++) {
    part.set(mask.subarray(row * length, row * length + count), row * count)
  }
  return part
}

/** The same places in sequences of another length. */
function rowsOfShorter({ rows, targets }: PredictionRows, length: number, shorter: number): PredictionRows {
  return { rows: rows.map((row) => Math.floor(row / length) * shorter + (row % length)), targets }
}
