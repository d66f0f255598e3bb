/** How near an update is to the exact one. Both are null where the exact update is zero but for rounding. */
export interface UpdateComparison {
  /** `|update - exact| / |exact|`, with Frobenius norms; 1 for a weight that does not learn. */
  readonly relativeError: number | null
  /** Of the angle between both updates; null also where one of them is zero. */
  readonly cosine: number | null
}

/** What a comparison is made of: sums over numbers, which add up over weights and sequences. */
export interface ComparisonSums {
  /** `|exact|^2` */
  readonly exact: number
  /** `|update|^2` */
  readonly update: number
  /** `<exact, update>` */
  readonly product: number
  /** `|update - exact|^2` */
  readonly difference: number
}

/** Of nothing. */
export const noSums: ComparisonSums = { exact: 0, update: 0, product: 0, difference: 0 }

/** Sums of two updates of the same size, in double precision: cosines differ from 1 in digits that float32 lacks. */
export function sumsOf(exact: ArrayLike<number>, update: ArrayLike<number>): ComparisonSums {
  let [exactSum, updateSum, product, difference] = [0, 0, 0, 0]
  for (let index = 0; index < exact.length; index++) {
    const right = exact[index] ?? 0
    const found = update[index] ?? 0
    exactSum += right * right
    updateSum += found * found
    product += right * found
    difference += (found - right) ** 2
  }
  return { exact: exactSum, update: updateSum, product, difference }
}

/** Sums of an update that is zero. */
export function sumsOfNoUpdate(exact: ArrayLike<number>): ComparisonSums {
  return sumsOf(exact, { length: exact.length })
}

/** Sums over both. */
export function addSums(left: ComparisonSums, right: ComparisonSums): ComparisonSums {
  return {
    exact: left.exact + right.exact,
    update: left.update + right.update,
    product: left.product + right.product,
    difference: left.difference + right.difference,
  }
}

/**
 * Below this share of the whole exact update, a weight's own is rounding: the exact update of the keys' biases is zero,
 * as softmax does not see what is added to all scores of a row, and float32 leaves some 1e-8 of the whole there.
 */
const roundingShare = 1e-6

/**
 * Relative error and cosine.
 *
 * @param wholeExact `|exact|^2` of all weights together
 */
export function comparisonOf(sums: ComparisonSums, wholeExact: number): UpdateComparison {
  const { exact, update, product, difference } = sums
  if (!(exact > roundingShare ** 2 * wholeExact)) return { relativeError: null, cosine: null }
  return {
    relativeError: finite(Math.sqrt(difference / exact)),
    cosine: update === 0 ? null : finite(product / Math.sqrt(exact * update)),
  }
}

/** An update that left the range of numbers cannot be compared. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
