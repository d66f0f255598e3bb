import * as tf from '@tensorflow/tfjs-core'

/** Whole numbers from `start` up to but not including `end`. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** Rows of an attention's scores, and all the columns (keys, those of a cache first) that any of them may look at. */
export interface CausalBand {
  readonly rows: Range
  readonly columns: Range
}

/** The probabilities of a band. */
export interface BandProbabilities {
  readonly band: CausalBand
  /** `[batch, heads, rows of the band, columns of the band]` */
  readonly probabilities: tf.Tensor4D
}

/**
 * How many rows a band has at most. Narrower bands leave out more of the half that causality forbids, but have smaller
 * products and more of them.
 */
const bandRows = 128

/** Passes of so many tokens are one band: calls of more kernels would cost what narrower bands leave out. */
const largestUncut = 256

/**
 * Cuts the scores of a pass into bands from the first row to the last. What lies outside of them is forbidden to all.
 *
 * @param length tokens of the pass
 * @param seen tokens before them, whose keys come first
 * @param window a row looks at the last so many tokens only, itself included; default at all before it
 */
export function causalBands(length: number, seen: number, window = Number.POSITIVE_INFINITY): CausalBand[] {
  // One band takes its keys as they are, whatever the window.
  if (length <= largestUncut) {
    return [{ rows: { start: 0, end: length }, columns: { start: 0, end: seen + length } }]
  }
  return Array.from({ length: Math.ceil(length / bandRows) }, (_, index) => {
    const start = index * bandRows
    const end = Math.min(length, start + bandRows)
    const firstColumn = Math.max(0, seen + start - window + 1)
    return { rows: { start, end }, columns: { start: firstColumn, end: seen + end } }
  })
}

/**
 * The probabilities between the first positions of a pass without a cache.
 *
 * @returns bands of those rows; tensors that need no cut are the same ones
 */
export function firstOfBands(bands: readonly BandProbabilities[], positions: number): BandProbabilities[] {
  return bands
    .filter(({ band }) => band.rows.start < positions)
    .map(({ band: { rows, columns }, probabilities }) => {
      if (rows.end <= positions) return { band: { rows, columns }, probabilities }
      const cut = { rows: { ...rows, end: positions }, columns: { ...columns, end: positions } }
      const [batch, heads] = probabilities.shape
      const size: [number, number, number, number] = [batch, heads, lengthOf(cut.rows), lengthOf(cut.columns)]
      return { band: cut, probabilities: tf.slice(probabilities, [0, 0, 0, 0], size) }
    })
}

/**
 * A range of positions.
 *
 * @param x `[batch, heads, positions, width]`
 * @returns `x` itself where the range is all of it
 */
export function positionsOf(x: tf.Tensor4D, range: Range): tf.Tensor4D {
  const [batch, heads, positions, width] = x.shape
  if (lengthOf(range) === positions) return x
  return tf.slice(x, [0, 0, range.start, 0], [batch, heads, lengthOf(range), width])
}

/**
 * Puts the results of bands, in order, below each other.
 *
 * @param parts each `[batch, heads, rows of its band, width]`
 * @returns `[batch, heads, all rows, width]`
 */
export function joinRows(parts: readonly tf.Tensor4D[]): tf.Tensor4D {
  const [first] = parts
  return parts.length === 1 && first !== undefined ? first : tf.concat([...parts], 2)
}

/**
 * Adds what bands contribute to the positions that their columns stand for.
 *
 * @param parts each `[batch, heads, columns of its band, width]`
 * @returns `[batch, heads, positions, width]`
 */
export function addColumns(
  parts: readonly { readonly columns: Range; readonly part: tf.Tensor4D }[],
  positions: number,
): tf.Tensor4D {
  const padded = parts.map(({ columns: { start, end }, part }) =>
    lengthOf({ start, end }) === positions
      ? part
      : tf.pad4d(part, [
          [0, 0],
          [0, 0],
          [start, positions - end],
          [0, 0],
        ]),
  )
  const [first] = padded
  return padded.length === 1 && first !== undefined ? first : tf.addN(padded)
}

/** How many numbers a range has. */
export function lengthOf({ start, end }: Range): number {
  return end - start
}
