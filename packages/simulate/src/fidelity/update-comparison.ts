/** How near an update is to the reference's. Both are null where that one is zero but for rounding. */
export interface UpdateComparison {
  /** `|update - reference| / |reference|`, with Frobenius norms; 1 for a weight that does not learn. */
  readonly relativeError: number | null
  /** Of the angle between both updates; null also where one of them is zero. */
  readonly cosine: number | null
}

/** What a comparison is made of: sums over numbers, which add up over weights and sequences. */
export interface ComparisonSums {
  /** `|reference|^2` */
  readonly reference: number
  /** `|update|^2` */
  readonly update: number
  /** `<reference, update>` */
  readonly product: number
  /** `|update - reference|^2` */
  readonly difference: number
}

/** Of nothing. */
export const noSums: ComparisonSums = { reference: 0, update: 0, product: 0, difference: 0 }

/** Sums of two updates of the same size, in double precision: cosines differ from 1 in digits that float32 lacks. */
export function sumsOf(reference: ArrayLike<number>, update: ArrayLike<number>): ComparisonSums {
  let [referenceSum, updateSum, product, difference] = [0, 0, 0, 0]
  for (let index = 0; index < reference.length; index++) {
    const right = reference[index] ?? 0
    const found = update[index] ?? 0
    referenceSum += right * right
    updateSum += found * found
    product += right * found
    difference += (found - right) ** 2
  }
  return { reference: referenceSum, update: updateSum, product, difference }
}

/** Sums of an update that is zero. */
export function sumsOfNoUpdate(reference: ArrayLike<number>): ComparisonSums {
  return sumsOf(reference, { length: reference.length })
}

/** Sums over both. */
export function addSums(left: ComparisonSums, right: ComparisonSums): ComparisonSums {
  return {
    reference: left.reference + right.reference,
    update: left.update + right.update,
    product: left.product + right.product,
    difference: left.difference + right.difference,
  }
}

/**
 * Below this share of the whole update, a weight's own is rounding: the exact update of the keys' biases is zero,
 * as softmax does not see what is added to all scores of a row, and float32 leaves some 1e-8 of the whole there.
 */
const roundingShare = 1e-6

/**
 * Relative error and cosine.
 *
 * @param wholeReference `|reference|^2` of all weights together
 */
export function comparisonOf(sums: ComparisonSums, wholeReference: number): UpdateComparison {
  const { reference, update, product, difference } = sums
  if (!(reference > roundingShare ** 2 * wholeReference)) return { relativeError: null, cosine: null }
  return {
    relativeError: finite(Math.sqrt(difference / reference)),
    cosine: update === 0 ? null : finite(product / Math.sqrt(reference * update)),
  }
}

/** An update that left the range of numbers cannot be compared. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
