import * as z from 'zod'
import { CheckpointError } from '../errors'
import { isJsonObject, parseUntrustedJson, shown } from './json-text'

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

/** What a shard's name should have been, or null where it is fine. */
function expectedName(file: unknown, ending: string): string | null {
  if (typeof file !== 'string') return 'the name of a file'
  if (unsafeCharacters.test(file) || file.includes('..')) return 'the plain name of a file in the same folder'
  if (!file.endsWith(ending) || file === ending) return `the name of a file that ends in ${ending}`
  return null
}

/*
 * As pairs rather than a zod record: a record would drop a tensor called `__proto__`, and as pairs the names
 * never become properties of an object again. In one pass: a schema for each of 200 thousand pairs would take a second.
 */
function shardIndex(ending: string) {
  const weightMap = z
    .custom<Readonly<Record<string, string>>>(
      isJsonObject,
      'expected an object of tensor names and file names',
    )
    .transform((value, context) => {
      const pairs = Object.entries(value)
      const problem = pairs.length === 0 ? 'expected at least one tensor' : firstProblem(pairs, ending)
      if (problem === undefined) return pairs
      context.addIssue({ code: 'custom', message: problem })
      return z.NEVER
    })
  return z.object({ weight_map: weightMap }, 'expected an object with weight_map')
}

/** The first tensor whose file is not named as it should be, and how it is. */
function firstProblem(pairs: readonly (readonly [string, unknown])[], ending: string): string | undefined {
  for (const [tensor, file] of pairs) {
    const expected = expectedName(file, ending)
    if (expected !== null) return `tensor ${shown(tensor)}: found ${shown(file)}, expected ${expected}`
  }
  return undefined
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
  const parsed = parseUntrustedJson(text)
  if ('problem' in parsed) throw damaged(fileName, `it ${parsed.problem}`)
  return parsed.value
}

function problemOf(error: z.ZodError<unknown>): string {
  const issue = error.issues[0]
  if (!issue) return 'the index is not valid'
  const field = issue.path[0]
  return field === undefined ? issue.message : `${String(field)}: ${issue.message}`
}
