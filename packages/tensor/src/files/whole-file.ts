import { readFileSync, type Stats, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'

/** The longest text of JavaScript, some 537 million letters: no larger file can be read as one. */
const longestText = 2 ** 29 - 24

/** Why a file was not read. */
export class UnreadableFileError extends Error {
  override name = 'UnreadableFileError'

  constructor(
    /** In words that follow the file's path: `does not exist`, `is a folder`, `has 9 bytes; expected at most 5`. */
    readonly problem: string,
    readonly missing: boolean,
    options?: ErrorOptions,
  ) {
    super(problem, options)
  }
}

/**
 * Reads a file that others made as a whole. Pipes and devices, which may never end, and files that are too large are
 * refused before they are opened.
 *
 * @throws UnreadableFileError with words for the caller's message
 */
export async function readWholeFile(path: string, mostBytes = longestText): Promise<Uint8Array> {
  try {
    refuse(await stat(path), mostBytes)
    return await readFile(path)
  } catch (error) {
    throw unreadable(error)
  }
}

/** {@link readWholeFile} without waiting. */
export function readWholeFileSync(path: string, mostBytes = longestText): Uint8Array {
  try {
    refuse(statSync(path), mostBytes)
    return readFileSync(path)
  } catch (error) {
    throw unreadable(error)
  }
}

function refuse(status: Stats, mostBytes: number): void {
  if (status.isDirectory()) throw new UnreadableFileError('is a folder', false)
  if (!status.isFile()) throw new UnreadableFileError('is not a regular file', false)
  if (status.size <= mostBytes) return
  throw new UnreadableFileError(`has ${status.size} bytes; expected at most ${mostBytes}`, false)
}

function unreadable(error: unknown): UnreadableFileError {
  if (error instanceof UnreadableFileError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const missing = code === 'ENOENT' || code === 'ENOTDIR'
  return new UnreadableFileError(missing ? 'does not exist' : `cannot be read (${code})`, missing, {
    cause: error,
  })
}
