/** Numbers in nested arrays, all rows of one length. */
export type NestedNumbers = number | readonly NestedNumbers[]

/**
 * What can be compared: a number (rank 0), nested arrays, a typed array (rank 1), data with its shape, or a
 * tensor, whose data is read synchronously.
 */
export type NumericValues =
  | NestedNumbers
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint8Array
  | { readonly shape: readonly number[]; readonly data: ArrayLike<number> }
  | { readonly shape: readonly number[]; dataSync(): ArrayLike<number> }

/** Elements in row-major order with their shape. */
export interface FlatValues {
  readonly shape: readonly number[]
  readonly data: ArrayLike<number>
}

/**
 * Brings values to one form.
 *
 * @param label what messages call them
 * @throws Error when rows have different lengths or data does not fit its shape
 */
function flatten(label: string, values: NumericValues): FlatValues {
  if (typeof values === 'number') return { shape: [], data: [values] }
  if (ArrayBuffer.isView(values)) return { shape: [values.length], data: values }
  if (isNested(values)) {
    const data: number[] = []
    return { shape: collect(label, values, data), data }
  }
  // In this order: a tensor has a method called data, too.
  const data = 'dataSync' in values ? values.dataSync() : values.data
  const count = values.shape.reduce((product, size) => product * size, 1)
  if (data.length === count) return { shape: values.shape, data }
  throw new Error(
    `${label} has ${data.length} elements, expected the product ${count} of its shape [${values.shape}]`,
  )
}

function isNested(values: NumericValues): values is readonly NestedNumbers[] {
  return Array.isArray(values)
}

/** Appends all numbers of a nested array to `data` and returns the array's shape. */
function collect(label: string, values: NestedNumbers, data: number[]): number[] {
  if (typeof values === 'number') {
    data.push(values)
    return []
  }
  if (!Array.isArray(values)) throw new Error(`${label} holds ${String(values)}, expected numbers only`)
  let shapeOfRows: number[] = []
  for (const [index, row] of values.entries()) {
    const shape = collect(label, row, data)
    if (index === 0) shapeOfRows = shape
    else if (!sameShape(shape, shapeOfRows)) {
      throw new Error(`${label} has rows of shapes [${shapeOfRows}] and [${shape}], expected one shape`)
    }
  }
  return [values.length, ...shapeOfRows]
}

/** Whether two shapes are equal. */
function sameShape(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((size, axis) => size === right[axis])
}

/**
 * Flattens two values and insists on one shape.
 *
 * @throws Error naming both shapes
 */
export function flattenPair(actual: NumericValues, expected: NumericValues): [FlatValues, FlatValues] {
  const pair: [FlatValues, FlatValues] = [flatten('actual', actual), flatten('expected', expected)]
  if (sameShape(pair[0].shape, pair[1].shape)) return pair
  throw new Error(`actual has shape [${pair[0].shape}], expected shape [${pair[1].shape}]`)
}
