import { InputError, shown } from '@tintjs/tensor'
import type { DatasetRow } from '../datasets/row'
import { fieldsOf, type HubData, type LocalData, type TaskDefinition } from './task'

/** One labelled example. */
export interface Example {
  /** Its place among the examples of its part of the data, from 0. */
  readonly id: number
  /** An index into the task's labels. */
  readonly label: number
  /** What the templates' fields stand for. */
  readonly fields: Readonly<Record<string, string>>
  /** Where it comes from, for messages: a file and a line or row. */
  readonly place: string
}

type ColumnMapping = Pick<HubData, 'label' | 'fields'>

/** What the columns of lines with labels are called. */
const labelAndText: ColumnMapping = { label: 'label', fields: { text: 'text' } }

/** An example before it has a number. */
export type UnnumberedExample = Omit<Example, 'id'>

/**
 * Turns a record into an example.
 *
 * @param place file and line or row, for messages
 * @returns undefined for a record without any text, as published data have a few: nothing can be asked about it
 * @throws InputError for a label that the task does not know, and for a column that is missing
 */
export function exampleOf(
  task: Pick<TaskDefinition, 'labels'>,
  source: LocalData | HubData,
  row: DatasetRow,
  place: string,
): UnnumberedExample | undefined {
  const mapping: ColumnMapping = 'fields' in source ? source : labelAndText
  const value = textOf(row, mapping.label, place)
  const label = source.labelValues.indexOf(value)
  if (label === -1) {
    throw new InputError(
      `${place}: the label is ${shown(value)}; expected one of ${source.labelValues.join(', ')} (${task.labels.join(', ')}). Correct that row.`,
    )
  }
  const fields = Object.fromEntries(
    fieldsOf(source).map((field) => {
      const columns = [mapping.fields[field] ?? field].flat()
      return [
        field,
        columns
          .map((column) => textOf(row, column, place))
          .join(' ')
          .trim(),
      ]
    }),
  )
  return Object.values(fields).every((text) => text === '') ? undefined : { label, fields, place }
}

function textOf(row: DatasetRow, column: string, place: string): string {
  const value = row[column]
  if (typeof value === 'string') return value.trim()
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  // Columns of Parquet files may hold lists of big integers, which JSON does not have.
  const kind = typeof value === 'object' && value !== null ? 'a list or an object' : shown(value)
  const found = value === undefined ? 'is missing' : `is ${kind}`
  throw new InputError(
    `${place}: the column ${column} ${found}; expected a text or a number, as the task reads it. Correct the row or the task's columns.`,
  )
}
