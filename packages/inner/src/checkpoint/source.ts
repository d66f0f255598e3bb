import { type ByteSource, CheckpointError, parseUntrustedJson } from '@tintjs/tensor'

/** A file of a checkpoint. */
export interface CheckpointFile {
  /** The file's name within the checkpoint, e.g. `config.json`. */
  readonly path: string
  /** In bytes. */
  readonly size: number
}

/** A range of a file: bytes from `start` up to but not including `end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Where a checkpoint's files come from: a folder, a hub, files dropped on a page. */
export interface CheckpointSource {
  /** What messages call the checkpoint, e.g. the folder's path. */
  readonly name: string
  /** The files of the checkpoint's top level. */
  list(): Promise<readonly CheckpointFile[]>
  /**
   * Reads a file or a range of it.
   *
   * @throws CheckpointError when the file or the range is not there
   */
  read(path: string, range?: ByteRange): Promise<Uint8Array>
}

/** One file of a source as something that can be read in ranges. */
export function byteSourceOf(source: CheckpointSource, { path, size }: CheckpointFile): ByteSource {
  return { name: path, size, read: (start, end) => source.read(path, { start, end }) }
}

/** The most bytes of a file that is read as text. */
export const textSizeLimit = 64 * 1024 * 1024

/**
 * Reads a JSON file of a checkpoint.
 *
 * @throws CheckpointError when it is missing, larger than 64 MiB, not UTF-8 or not JSON, has a name twice, is nested
 *   too deeply, or has more values than any file of a checkpoint
 */
export async function readJson(source: CheckpointSource, path: string): Promise<unknown> {
  const text = await readText(source, path)
  const parsed = parseUntrustedJson(text)
  if ('value' in parsed) return parsed.value
  throw new CheckpointError(
    `${path} in ${source.name} ${parsed.problem}. Expected a JSON object; fetch the file again.`,
  )
}

/** Reads a small text file of a checkpoint. @throws CheckpointError as {@link readJson} does */
export async function readText(source: CheckpointSource, path: string): Promise<string> {
  const file = (await source.list()).find((candidate) => candidate.path === path)
  if (file === undefined) {
    throw new CheckpointError(
      `There is no ${path} in ${source.name}; expected a folder in Hugging Face's layout (config.json, model.safetensors).`,
    )
  }
  if (file.size > textSizeLimit) {
    throw new CheckpointError(
      `${path} in ${source.name} has ${file.size} bytes; expected at most ${textSizeLimit}.`,
    )
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await source.read(path))
  } catch (error) {
    if (error instanceof CheckpointError) throw error
    throw new CheckpointError(`${path} in ${source.name} is not UTF-8 text; fetch the file again.`, {
      cause: error,
    })
  }
}
