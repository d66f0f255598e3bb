/**
 * A row of a data set: values by the names of columns, as JSON has them. Whole numbers of 64 bits that fit into a number
 * are numbers; others stay `bigint`, dates are `Date` and bytes `Uint8Array`.
 */
export type DatasetRow = Readonly<Record<string, unknown>>

/** A row with what messages call its place in the file: `line 3` or `row 3`, counted from 1. */
export interface PlacedRow {
  readonly row: DatasetRow
  readonly place: string
}
