import * as z from 'zod'
import { CheckpointError } from '../errors'
import { findJsonProblem, isJsonObject, shown } from './json-text'

/** Which file of a sharded checkpoint holds each tensor (`model.safetensors.index.json`, `pytorch_model.bin.index.json`). */
export interface ShardIndex {
  /** File name by tensor name; files are in the index's own folder. */
  readonly weightMap: ReadonlyMap<string, string>
  /** The files, each once, sorted by name. */
  readonly files: readonly string[]
}

/** Characters that lead out of the folder as a path, as a drive, or as part of an address. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
const unsafeCharacters = /[\u0000-\u001f\u007f/\\:%?#]/

/** One tensor and its file; the check is on the pair, so that its message can name the tensor. */
function placement(ending: string) {
  return z.tuple([z.string(), z.unknown()]).transform(([tensor, file], context) => {
    const expected = expectedName(file, ending)
    if (typeof file === 'string' && expected === null) return [tensor, file] as const
    const message = `tensor ${shown(tensor)}: found ${shown(file)}, expected ${expected}`
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })
}

/** What a shard's name should have been, or null where it is fine. */
function expectedName(file: unknown, ending: string): string | null {
  if (typeof file !== 'string') return 'the name of a file'
  if (unsafeCharacters.test(file) || file.includes('..')) return 'the plain name of a file in the same folder'
  if (!file.endsWith(ending) || file === ending) return `the name of a file that ends in ${ending}`
  return null
}

/*
 * As pairs rather than a zod record: a record would drop a tensor called `__proto__`, and as pairs the names
 * never become properties of an object again.
 */
function shardIndex(ending: string) {
  const weightMap = z
    .custom<Readonly<Record<string, unknown>>>(
      isJsonObject,
      'expected an object of tensor names and file names',
    )
    .transform((value) => Object.entries(value))
    .pipe(z.array(placement(ending)).min(1, 'expected at least one tensor'))
  return z.object({ weight_map: weightMap }, 'expected an object with weight_map')
}

/**
 * Reads the index of a sharded checkpoint. The index is untrusted: a shard must be a plain file name with the
 * right ending, safe as a file and as the last part of an address, so that no name leaves the folder.
 *
 * @param text the index file's content, JSON
 * @param fileName what messages call the index
 * @param ending what every shard's name ends in; `.bin` for PyTorch's
 * @throws CheckpointError naming the index, the tensor and what is wrong
 */
export function parseShardIndex(text: string, fileName: string, ending = '.safetensors'): ShardIndex {
  const parsed = shardIndex(ending).safeParse(parseJson(text, fileName))
  if (!parsed.success) throw damaged(fileName, problemOf(parsed.error))
  const pairs = parsed.data.weight_map
  return { weightMap: new Map(pairs), files: [...new Set(pairs.map(([, file]) => file))].sort() }
}

function damaged(fileName: string, problem: string): CheckpointError {
  return new CheckpointError(
    `${fileName}: ${problem}; the index is damaged or unsafe: get the checkpoint again from its origin`,
  )
}

function parseJson(text: string, fileName: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw damaged(fileName, `found no valid JSON (${error instanceof Error ? error.message : error})`)
  }
  const problem = findJsonProblem(text)
  if (problem) throw damaged(fileName, `found ${problem}`)
  return value
}

function problemOf(error: z.ZodError<unknown>): string {
  const issue = error.issues[0]
  if (!issue) return 'the index is not valid'
  const field = issue.path[0]
  return field === undefined ? issue.message : `${String(field)}: ${issue.message}`
}
