import { InputError } from '@tintjs/tensor'
import { CsvError, parse } from 'csv-parse/sync'
import type { DatasetRow, PlacedRow } from '../datasets/row'
import type { LocalData } from './task'

/**
 * The records of a file, with places that name the file.
 *
 * @param file what messages call it
 * @throws InputError naming file and line of the first thing that is wrong
 */
export function localRows(source: LocalData, bytes: Uint8Array, file: string): PlacedRow[] {
  const text = decodeText(bytes, source.encoding, file)
  if (text.trim() === '') throw new InputError(`${file} is empty; expected examples.`)
  return source.format === 'csv' ? csvRows(source, text, file) : labelledLines(text, file)
}

/** Lines `label text`, as the collections of Kim's sentence classification have them. */
function labelledLines(text: string, file: string): PlacedRow[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line, index) => {
    const place = `${file}, line ${index + 1}`
    // What ends a line in Python or in an editor may be a letter here, so only spaces and tabs separate.
    const [, label, rest = ''] = /^(\S+)(?:[ \t](.*))?\r?$/s.exec(line) ?? []
    if (label !== undefined) return { row: { label, text: rest }, place }
    throw new InputError(
      `${place} is ${JSON.stringify(line.slice(0, 40))}; expected a label, a space and a text. Correct that line.`,
    )
  })
}

function csvRows({ header }: Extract<LocalData, { format: 'csv' }>, text: string, file: string): PlacedRow[] {
  try {
    const records = parse(text, { columns: [...header], info: true, skip_empty_lines: true }) as unknown as {
      readonly record: DatasetRow
      readonly info: { readonly lines: number }
    }[]
    return records.map(({ record, info }) => ({ row: record, place: `${file}, line ${info.lines}` }))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = typeof error.lines === 'number' ? `, line ${error.lines}` : ''
    throw new InputError(
      `${file}${line} is not a row of ${header.length} values (${header.join(', ')}): ${error.message.slice(0, 200)}. Correct that row.`,
    )
  }
}

/**
 * Decodes a file.
 *
 * @throws InputError naming the line of the first byte that is not valid
 */
export function decodeText(bytes: Uint8Array, encoding: LocalData['encoding'], file: string): string {
  if (encoding === 'windows-1252') return decodeWindows1252(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new InputError(
      `${file}, line ${lineOfBadByte(bytes)} is not UTF-8; expected UTF-8 text. Convert the file, or give the task's local data the encoding windows-1252.`,
    )
  }
}

function lineOfBadByte(bytes: Uint8Array): number {
  let line = 1
  let start = 0
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for (;;) {
    const end = bytes.indexOf(10, start)
    try {
      decoder.decode(bytes.subarray(start, end === -1 ? undefined : end))
    } catch {
      return line
    }
    if (end === -1) return line
    start = end + 1
    line++
  }
}

/** What the bytes 0x80 to 0x9f stand for; those that stand for nothing stay control characters. */
const upperControls = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

/** Not by `TextDecoder`, whose windows-1252 is Latin 1 in some releases of Node. */
function decodeWindows1252(bytes: Uint8Array): string {
  const latin = new Array<string>(bytes.length)
  for (const [index, byte] of bytes.entries()) {
    latin[index] =
      byte >= 0x80 && byte < 0xa0 ? (upperControls[byte - 0x80] ?? '') : String.fromCharCode(byte)
  }
  return latin.join('')
}
