import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { InputError } from '@tintjs/tensor'

/** A text file as it is on the disk. */
export interface TextFile {
  readonly text: string
  /** Of the file's bytes, in hexadecimal digits. */
  readonly sha256: string
  /** The file's size. */
  readonly bytes: number
}

/**
 * Reads a text.
 *
 * @throws InputError when the file is missing or cannot be read, is empty, or holds something else than UTF-8 text
 */
export async function readTextFile(path: string): Promise<TextFile> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code})`
    throw new InputError(`The text ${path} ${problem}; expected a file of UTF-8 text.`)
  })
  if (bytes.length === 0) throw new InputError(`The text ${path} is empty; expected some text.`)
  const zero = bytes.indexOf(0)
  if (zero !== -1) {
    throw new InputError(
      `The text ${path} has a zero byte at offset ${zero}, so it is no text; expected a file of UTF-8 text.`,
    )
  }
  return {
    text: decoded(path, bytes),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
  }
}

function decoded(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new InputError(
      `The text ${path} is not UTF-8; expected a file of UTF-8 text. Convert it, e.g. with iconv.`,
    )
  }
}
