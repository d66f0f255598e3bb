import { InputError, parseUntrustedJson } from '@tintjs/tensor'
import * as z from 'zod'
import type { DatasetFile } from './dataset-file'
import { linesOf } from './lines'
import type { PlacedRow } from './row'

const object = z.record(z.string(), z.unknown())

/**
 * The rows of a file with a JSON object in each line; empty lines are left out.
 *
 * @throws InputError naming the file and the line for whatever is none, and as `linesOf` does
 */
export async function* jsonLinesRows(file: DatasetFile): AsyncGenerator<PlacedRow> {
  for await (const { number, text } of linesOf(file)) {
    if (text.trim() === '') continue
    const place = `line ${number}`
    const { success, data } = object.safeParse(parseJson(text, file.name, place))
    if (!success) {
      throw new InputError(
        `${file.name}, ${place} is ${shortened(text.trim())}; expected a JSON object such as {"text": "..."}.`,
      )
    }
    yield { row: data, place }
  }
}

function parseJson(text: string, name: string, place: string): unknown {
  const parsed = parseUntrustedJson(text)
  if ('value' in parsed) return parsed.value
  throw new InputError(`${name}, ${place} ${parsed.problem}; expected one JSON object in each line.`)
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text
}
