import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { InputError } from '@tintjs/tensor'
import * as z from 'zod'
import { type DatasetFile, type DatasetFileOptions, findDatasetFile } from '../datasets/dataset-file'
import { readDatasetRows } from '../datasets/rows'

/** A text, and what it is known by. */
export interface TextFile {
  readonly text: string
  /** Of the text's UTF-8 bytes (of a text file: the file's), in hexadecimal digits. */
  readonly sha256: string
  /** UTF-8 bytes of the text. */
  readonly bytes: number
  /** The column that it is of; undefined for a text file. */
  readonly column?: string | undefined
  /** The commit of the data set that it is of, where it came from the hub. */
  readonly commit?: string | undefined
}

/** How a text is found. */
export interface TextOptions extends DatasetFileOptions {
  /** The column of a table or of JSON lines that holds the text; default `text`. */
  readonly column?: string | undefined
}

/**
 * Reads a text: a text file as it is; of a Parquet or JSON lines file, one column's rows one after another, each of which
 * ends with a line break (one is added where there is none).
 *
 * @param name a path, or a file of a data set on the hub, as `findDatasetFile` has it
 * @throws InputError naming what is missing, empty, or not as it should be; CheckpointError as `findDatasetFile` does
 */
export async function readText(name: string, { column, ...options }: TextOptions = {}): Promise<TextFile> {
  const file = await findDatasetFile(name, options)
  const { format, location, commit } = file
  if (format !== 'text') return { ...(await columnText(file, column ?? 'text')), commit }
  if (column === undefined) return { ...(await readTextFile(location, name)), commit }
  throw new InputError(
    `${name} is a text and has no column ${JSON.stringify(column)}; leave the column out, or name a .parquet, .jsonl or ` +
      '.ndjson file.',
  )
}

async function columnText(file: DatasetFile, column: string): Promise<TextFile> {
  const schema = z.object({ [column]: z.string() })
  const rows = await readDatasetRows(file, schema, { columns: [column] })
  const text = rows
    .map((row) => row[column] ?? '')
    .map(asLine)
    .join('')
  if (text.trim() === '') {
    throw new InputError(`The column ${column} of ${file.name} is empty; expected some text.`)
  }
  const bytes = Buffer.from(text)
  return { text, sha256: sha256Of(bytes), bytes: bytes.length, column }
}

function asLine(row: string): string {
  return row.endsWith('\n') ? row : `${row}\n`
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * Reads a text file.
 *
 * @param name what messages call it; default its path
 * @throws InputError when the file is missing or cannot be read, is empty, or holds something else than UTF-8 text
 */
export async function readTextFile(path: string, name: string = path): Promise<TextFile> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code})`
    throw new InputError(`The text ${name} ${problem}; expected a file of UTF-8 text.`)
  })
  if (bytes.length === 0) throw new InputError(`The text ${name} is empty; expected some text.`)
  const zero = bytes.indexOf(0)
  if (zero !== -1) {
    throw new InputError(
      `The text ${name} has a zero byte at offset ${zero}, so it is no text; expected a file of UTF-8 text.`,
    )
  }
  return { text: decoded(name, bytes), sha256: sha256Of(bytes), bytes: bytes.length }
}

function decoded(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new InputError(
      `The text ${name} is not UTF-8; expected a file of UTF-8 text. Convert it, e.g. with iconv.`,
    )
  }
}
