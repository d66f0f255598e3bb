import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { type HubOptions, hubFile } from '@tintjs/inner/node'
import { CheckpointError, InputError } from '@tintjs/tensor'

/** How a file's rows are written: a Parquet table, a JSON object a line, or plain text. */
export type DatasetFormat = 'parquet' | 'jsonl' | 'text'

/** A data file on this machine. */
export interface DatasetFile {
  /** As it was asked for; what messages call it. */
  readonly name: string
  /** Its path. */
  readonly location: string
  readonly format: DatasetFormat
  /** The commit of the data set that it is of, where it came from the hub. */
  readonly commit?: string | undefined
}

/** How a data file is found. */
export interface DatasetFileOptions extends Omit<HubOptions, 'tokenizer' | 'revision'> {
  /** Default by the name's ending: `.parquet`; `.jsonl` or `.ndjson`; everything else is text. */
  readonly format?: DatasetFormat | undefined
}

/** `datasets/org/name@revision/path`, as Hugging Face's libraries write it. */
const hubName = /^(?:hf:\/\/)?(?<repository>datasets\/[^/]+\/[^/@]+)(?:@(?<revision>[^/]+))?\/(?<path>.+)$/

/**
 * Finds a data file: the one at a path, or a file of a data set on the Hugging Face hub, which is fetched into the cache.
 *
 * @param name a path, or `datasets/org/name/path/file`; behind the name, `@` and a revision (a branch, tag or commit, its
 *   slashes written `%2F`) may stand. `hf://` in front says that no path is meant; else a file at the path wins.
 * @throws InputError for a name that is neither; CheckpointError as `hubFile` of `@tintjs/inner/node` does
 */
export async function findDatasetFile(name: string, options: DatasetFileOptions = {}): Promise<DatasetFile> {
  const { format = formatOf(name), ...hub } = options
  const location = name.replace(/^~(?=$|[/\\])/, homedir())
  const found = name.startsWith('hf://') ? undefined : await stat(location).catch(() => undefined)
  if (found?.isDirectory()) {
    throw new InputError(`${name} is a folder; expected a file in it, such as ${name}/train.parquet.`)
  }
  if (found !== undefined) return { name, location, format }
  const { repository, revision, path } = hubName.exec(name)?.groups ?? {}
  if (repository === undefined || path === undefined) {
    throw new InputError(
      `The file ${name} does not exist; expected the path of a file, or that of one on the hub: datasets/, the data ` +
        "set's owner and name, and the file in it, such as datasets/Salesforce/wikitext/data/test.parquet.",
    )
  }
  try {
    const copy = await hubFile(repository, path, { ...hub, revision: revision && decoded(revision) })
    return { name, format, ...copy }
  } catch (error) {
    if (!(error instanceof CheckpointError) || name.startsWith('hf://')) throw error
    throw new CheckpointError(`There is no file ${name} here, so the hub was asked: ${error.message}`, {
      cause: error,
    })
  }
}

function formatOf(name: string): DatasetFormat {
  if (/\.parquet$/i.test(name)) return 'parquet'
  return /\.(jsonl|ndjson)$/i.test(name) ? 'jsonl' : 'text'
}

/** A revision with `%2F` in the place of slashes; what is no such code stays for the check of revisions to refuse. */
function decoded(revision: string): string {
  try {
    return decodeURIComponent(revision)
  } catch {
    return revision
  }
}
