import type { OutputOf } from '../protocol/tasks'
import { magnitudeOf } from './colour-scale'

/** How a state is divided: into slots of columns, and into groups of rows. */
interface Division {
  readonly columns: number
  readonly slotWidth: number
  /** Rows of each group, from the top. */
  readonly groups: readonly number[]
}

/**
 * Divides each slot of each group of rows by what is large there, so that gradients can be seen beside activations.
 *
 * @param values `[rows, columns]`
 * @param all states that are to have the same scale, of the same shape; one of them is `values`
 * @returns numbers of which 1 is large
 */
export function scaleSlots(
  values: Float32Array,
  all: readonly Float32Array[],
  { columns, slotWidth, groups }: Division,
): Float32Array {
  const scaled = new Float32Array(values.length)
  let top = 0
  for (const rows of groups) {
    for (let left = 0; left < columns; left += slotWidth) {
      const places = placesOf({ top, rows, left, columns, width: Math.min(slotWidth, columns - left) })
      const magnitude = Math.max(
        ...all.map((state) => magnitudeOf(Float32Array.from(places, (at) => state[at] ?? 0))),
      )
      for (const at of places) scaled[at] = (values[at] ?? 0) / magnitude
    }
    top += rows
  }
  return scaled
}

function placesOf(block: {
  top: number
  rows: number
  left: number
  columns: number
  width: number
}): Int32Array {
  const { top, rows, left, columns, width } = block
  return Int32Array.from(
    { length: rows * width },
    (_, index) => (top + Math.floor(index / width)) * columns + left + (index % width),
  )
}

/** Values at tokens are a slot wide, so that any of them tells how wide a slot is. */
export function slotWidthOf(
  { reads, writes }: Pick<OutputOf<'film'>['modules'][number], 'reads' | 'writes'>,
  columns: number,
): number {
  const token = [...reads, ...writes].find(({ at }) => at === 'tokens')
  return token === undefined ? columns : token.to - token.from
}
