import { InputError } from '@tintjs/tensor'
import type * as z from 'zod'
import type { DatasetFile } from './dataset-file'
import { jsonLinesRows } from './json-lines'
import { linesOf } from './lines'
import { parquetRows } from './parquet-rows'
import type { DatasetRow, PlacedRow } from './row'

/** Endings of files that are no lines of text, whatever the rows are: better refused than read wrongly. */
const otherFormats = /\.(csv|tsv|json|arrow|feather|zip|tar|gz|tgz|bz2|xz|zst|7z)$/i

/** Which rows to read, and how much of them. */
export interface RowOptions {
  /** The columns that are needed; others may be left out. Default all. */
  readonly columns?: readonly string[] | undefined
}

/**
 * The rows of a data file in their order, without holding them all in memory. Of plain text each line is a row with the
 * column `text`.
 *
 * @param file as `findDatasetFile` gives it
 * @throws InputError naming the file and the line or row of whatever is not as it should be
 */
export async function* datasetRows(file: DatasetFile, options: RowOptions = {}): AsyncGenerator<DatasetRow> {
  for await (const { row } of placedRows(file, options)) yield row
}

/**
 * The rows of a data file, each checked.
 *
 * @param schema of a row, such as `z.object({ text: z.string(), label: z.int() })`
 * @returns what the schema makes of each row
 * @throws InputError as {@link datasetRows}, and naming the row and the column of what the schema refuses
 */
export async function readDatasetRows<Row>(
  file: DatasetFile,
  schema: z.ZodType<Row>,
  options: RowOptions = {},
): Promise<Row[]> {
  const rows: Row[] = []
  for await (const { row, place } of placedRows(file, options)) {
    const { success, data, error } = schema.safeParse(row)
    if (!success) throw new InputError(`${file.name}, ${place}: ${problemOf(error)}.`)
    rows.push(data)
  }
  return rows
}

/** As {@link datasetRows}, each row with its place for messages. */
export async function* placedRows(
  file: DatasetFile,
  { columns }: RowOptions = {},
): AsyncGenerator<PlacedRow> {
  switch (file.format) {
    case 'parquet':
      return yield* parquetRows(file, columns)
    case 'jsonl':
      return yield* jsonLinesRows(file)
    case 'text': {
      const [ending] = otherFormats.exec(file.name) ?? []
      if (ending !== undefined) {
        throw new InputError(
          `The rows of ${file.name} cannot be read, as it ends with ${ending}; expected .parquet, .jsonl or .ndjson, ` +
            'or plain text with a row in each line.',
        )
      }
      for await (const { number, text } of linesOf(file)) yield { row: { text }, place: `line ${number}` }
    }
  }
}

/** The first thing that a schema refuses, with its column. */
function problemOf({ issues }: z.ZodError): string {
  const [issue] = issues
  const column = issue?.path.join('.') ?? ''
  return column === '' ? `${issue?.message}` : `column ${column}: ${issue?.message}`
}
