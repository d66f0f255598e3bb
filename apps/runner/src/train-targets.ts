import type { PerPosition } from '@tintjs/inner'

/**
 * How many tokens each sequence learns: of `1..n-1`, those that the mask leaves. For what a training step has accepted.
 *
 * @param trainLength `n`, or one for each sequence
 * @param mask one for all sequences, or one for each; without it nothing is masked
 */
export function trainTargetCounts(
  tokens: PerPosition,
  trainLength: number | readonly number[],
  mask: PerPosition | undefined,
): number[] {
  const rows = mask === undefined ? undefined : listOfRows(mask)
  return listOfRows(tokens).map((_, sequence) => {
    const length = typeof trainLength === 'number' ? trainLength : (trainLength[sequence] ?? 0)
    const row = rows?.length === 1 ? rows[0] : rows?.[sequence]
    return row === undefined
      ? length - 1
      : Array.from(row)
          .slice(1, length)
          .filter((value) => value === 1).length
  })
}

function listOfRows(values: PerPosition): readonly ArrayLike<number>[] {
  return isBatch(values) ? values : [values]
}

function isBatch(values: PerPosition): values is readonly ArrayLike<number>[] {
  return typeof values[0] === 'object'
}
