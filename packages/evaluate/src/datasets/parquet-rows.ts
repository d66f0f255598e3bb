import { type ByteSource, InputError, TintError } from '@tintjs/tensor'
import { openFileSource } from '@tintjs/tensor/node'
import type { AsyncBuffer, FileMetaData } from 'hyparquet'
import type { DatasetFile } from './dataset-file'
import type { PlacedRow } from './row'

/**
 * The rows of a Parquet file, read one row group after another. The reader is loaded here, so that nobody has it who reads
 * text only.
 *
 * @param columns which columns to read; default all
 * @throws InputError naming the file for what is no Parquet file or a damaged one, and for a column that is not there
 */
export async function* parquetRows(
  { name, location }: DatasetFile,
  columns?: readonly string[],
): AsyncGenerator<PlacedRow> {
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet')
  const { compressors } = await import('hyparquet-compressors')
  const source = await openFileSource(location)
  try {
    const file = bufferOf(source)
    const metadata = await reading(name, () => parquetMetadataAsync(file))
    const found = await reading(name, async () =>
      parquetSchema(metadata).children.map(({ element }) => element.name),
    )
    checkColumns(name, found, columns)
    let rowStart = 0
    for (const rowCount of groupSizes(name, metadata)) {
      const part = { rowStart, rowEnd: rowStart + rowCount, ...(columns && { columns: [...columns] }) }
      const rows = await reading(name, () => parquetReadObjects({ file, metadata, compressors, ...part }))
      for (const [index, row] of rows.entries()) {
        yield { row: plain(row) as PlacedRow['row'], place: `row ${rowStart + index + 1}` }
      }
      rowStart += rowCount
    }
  } finally {
    await source.close()
  }
}

/** A row group is read as a whole; writers make them of some thousands to a million rows. */
const mostRows = 2_000_000

/** Uncompressed bytes of a row group, for the same reason. */
const mostBytes = 2 ** 30

/** @throws InputError for a group that is larger than memory should be given to: a small file can claim any number */
function groupSizes(name: string, { row_groups }: FileMetaData): number[] {
  return row_groups.map(({ num_rows, total_byte_size }, index) => {
    const fits = num_rows >= 0n && num_rows <= mostRows && total_byte_size <= mostBytes
    if (fits) return Number(num_rows)
    throw new InputError(
      `Row group ${index + 1} of ${name} claims ${num_rows} rows and ${total_byte_size} bytes; expected at most ${mostRows} rows and ${mostBytes} bytes. Write it anew in smaller groups.`,
    )
  })
}

function bufferOf(source: ByteSource): AsyncBuffer {
  return {
    byteLength: source.size,
    async slice(start, end = source.size) {
      // As arrays' slice has it: from the end where negative.
      const from = start < 0 ? Math.max(0, source.size + start) : start
      const bytes = await source.read(from, Math.min(end, source.size))
      return Uint8Array.from(bytes).buffer
    },
  }
}

/** Whatever a damaged file makes the reader throw becomes one sentence. */
async function reading<Result>(name: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof TintError) throw error
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new InputError(
      `${name} is not a Parquet file that can be read (${reason}); expected a whole one. Fetch it again.`,
      { cause: error },
    )
  }
}

function checkColumns(name: string, found: readonly string[], columns: readonly string[] | undefined): void {
  const missing = columns?.find((column) => !found.includes(column))
  if (missing === undefined) return
  throw new InputError(
    `There is no column ${JSON.stringify(missing)} in ${name}; expected one of ${found.join(', ')}.`,
  )
}

/** Whole numbers of 64 bits as numbers, where they fit. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
}
