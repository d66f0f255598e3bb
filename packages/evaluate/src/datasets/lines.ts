import { createReadStream } from 'node:fs'
import { InputError } from '@tintjs/tensor'
import type { DatasetFile } from './dataset-file'

/** The most bytes of a line: far more than a row has, and far less than a machine. */
const longestLine = 64 * 1024 * 1024

/** A line without its end, and its number from 1. */
export interface Line {
  readonly number: number
  readonly text: string
}

const newline = 0x0a

/**
 * The lines of a file of UTF-8 text, which is never in memory as a whole. A line ends with LF or CRLF, the last one also
 * with the file; a byte order mark in front of the first is left away.
 *
 * @throws InputError naming the line, where it is not UTF-8 or longer than {@link longestLine}, and for files that cannot
 *   be read
 */
export async function* linesOf({ name, location }: DatasetFile): AsyncGenerator<Line> {
  let number = 0
  let rest: Buffer[] = []
  let restBytes = 0
  const line = (bytes: Buffer): Line => {
    number++
    return { number, text: decoded(bytes, name, number) }
  }
  const stream = createReadStream(location)
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let start = 0
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        yield line(Buffer.concat([...rest, chunk.subarray(start, end)]))
        start = end + 1
        rest = []
        restBytes = 0
      }
      rest.push(chunk.subarray(start))
      restBytes += chunk.length - start
      if (restBytes > longestLine) {
        throw new InputError(
          `${name}, line ${number + 1} has more than ${longestLine} bytes; expected one row a line.`,
        )
      }
    }
  } catch (error) {
    throw error instanceof InputError ? error : unreadable(name, error)
  } finally {
    stream.destroy()
  }
  if (restBytes > 0) yield line(Buffer.concat(rest))
}

/** The error for a file that the system does not let us read. */
function unreadable(name: string, error: unknown): InputError {
  const code = error instanceof Error && 'code' in error ? error.code : error
  return new InputError(`${name} cannot be read (${code}); check that it is a file that you may read.`, {
    cause: error,
  })
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decoded(bytes: Buffer, name: string, number: number): string {
  try {
    const text = decoder.decode(bytes).replace(/\r$/, '')
    return number === 1 ? text.replace(/^\ufeff/, '') : text
  } catch {
    throw new InputError(
      `${name}, line ${number} is not UTF-8; expected UTF-8 text. Convert it, e.g. with iconv.`,
    )
  }
}
