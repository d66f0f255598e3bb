import { CheckpointError, parseShardIndex } from '@tintjs/tensor'
import { weightFileNames, weightFormatOf } from '../weight-format'

/** Files that tokenizers are made of, of all versions of transformers. */
const tokenizerFiles = [
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.json',
  'merges.txt',
  'special_tokens_map.json',
  'added_tokens.json',
]

/** What a snapshot of a repository offers. */
export interface SnapshotContent {
  has(path: string): boolean
  /** Fetches a small file, if need be, and returns its text. */
  text(path: string): Promise<string>
}

/**
 * The files of a repository that a model is made of: the configuration, the weights in the preferred format and, on
 * request, the tokenizer. Only names that are known here or pass the checks of a shard index are ever read.
 *
 * @param name what messages call the repository
 * @throws CheckpointError when the configuration, the weights or a shard are missing
 */
export async function neededFiles(
  name: string,
  content: SnapshotContent,
  { tokenizer }: { readonly tokenizer: boolean },
): Promise<string[]> {
  if (!content.has('config.json')) {
    throw new CheckpointError(`There is no config.json in ${name}; expected a model in transformers' layout.`)
  }
  return [
    'config.json',
    ...(tokenizer ? tokenizerFiles.filter((path) => content.has(path)) : []),
    ...(await weightFiles(name, content)),
  ]
}

/** Whether a snapshot has all that a tokenizer needs. */
export function hasTokenizer(content: Pick<SnapshotContent, 'has'>): boolean {
  return content.has('tokenizer.json') || (content.has('vocab.json') && content.has('merges.txt'))
}

async function weightFiles(name: string, content: SnapshotContent): Promise<string[]> {
  const format = weightFormatOf((path) => content.has(path))
  if (format === undefined) {
    throw new CheckpointError(
      `There is neither ${weightFileNames} in ${name}; expected weights in one of these files.`,
    )
  }
  const { singleFile, indexFile, ending } = format
  if (content.has(singleFile)) return [singleFile]
  const { files } = parseShardIndex(await content.text(indexFile), indexFile, ending)
  const missing = files.find((path) => !content.has(path))
  if (missing === undefined) return [indexFile, ...files]
  throw new CheckpointError(`${indexFile} in ${name} names the shard ${missing}, which is missing there.`)
}
