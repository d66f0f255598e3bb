import { CheckpointError } from '@tintjs/tensor'
import { type CheckpointSource, readJson } from '../checkpoint/source'
import type { InnerModelDescription } from '../model/description'
import { align } from './alignment'
import { checkConsistency, specialTokensAround } from './consistency'
import { decode } from './decode'
import { createEncoder } from './encoder'
import { checkPatterns } from './patterns'
import { parseFile } from './problem'
import { readConfiguration, type TokenizerConfiguration } from './special-tokens'
import { structureSchema, type TokenizerStructure } from './structure'
import { tokenTable } from './token-table'
import type { EncodeOptions, Tokenizer } from './tokenizer'
import { structureOfMerges } from './vocabulary-with-merges'

/** How to load a tokenizer. */
export interface TokenizerOptions {
  /**
   * Which patterns may cut a text into words: those of published models, `known` (the default), or `any` that
   * `tokenizer.json` names. A pattern can be made to run for years on a short text: only for files that you trust.
   */
  readonly patterns?: 'known' | 'any' | undefined
}

/**
 * Loads a checkpoint's tokenizer: `tokenizer.json`, or else `vocab.json` with `merges.txt` as OPT and the first
 * GPT-2 have them. Byte-pair tokenizers are supported, and what they ask for that would change ids is either done
 * as in Python or refused.
 *
 * @throws CheckpointError naming the file and field that is missing, damaged or not supported
 */
export async function loadTokenizer(
  source: CheckpointSource,
  { patterns = 'known' }: TokenizerOptions = {},
): Promise<Tokenizer> {
  const present = new Set((await source.list()).map(({ path }) => path))
  const configuration = await readConfiguration(source, present)
  const { structure, file } = await readStructure(source, present, configuration)
  checkConsistency(structure, file)
  if (patterns === 'known') checkPatterns(structure, file)
  return createTokenizer(structure, configuration)
}

/**
 * Checks that a model has a row for every id that a tokenizer can give. More rows are fine: vocabularies are
 * often padded (OPT has 50272 rows for 50265 tokens).
 *
 * @throws CheckpointError with both numbers
 */
export function checkVocabulary(
  { vocabularySize }: Pick<Tokenizer, 'vocabularySize'>,
  description: Pick<InnerModelDescription, 'vocabularySize'>,
): void {
  if (vocabularySize <= description.vocabularySize) return
  throw new CheckpointError(
    `The tokenizer has ${vocabularySize} ids, but the model's vocabulary has ${description.vocabularySize}; ` +
      'expected at most as many ids as the model has. Take the tokenizer that belongs to the model.',
  )
}

async function readStructure(
  source: CheckpointSource,
  present: ReadonlySet<string>,
  configuration: TokenizerConfiguration,
): Promise<{ structure: TokenizerStructure; file: string }> {
  if (present.has('tokenizer.json')) {
    const file = `tokenizer.json of ${source.name}`
    return { structure: parseFile(structureSchema, await readJson(source, 'tokenizer.json'), file), file }
  }
  if (present.has('vocab.json') && present.has('merges.txt')) {
    return {
      structure: await structureOfMerges(source, configuration),
      file: `vocab.json and merges.txt of ${source.name}`,
    }
  }
  throw new CheckpointError(
    `There is no tokenizer in ${source.name}; expected tokenizer.json, or vocab.json with merges.txt. ` +
      'Fetch these files too, or pass token ids instead of text.',
  )
}

async function createTokenizer(
  structure: TokenizerStructure,
  configuration: TokenizerConfiguration,
): Promise<Tokenizer> {
  const table = tokenTable(structure)
  const encode = await createEncoder(structure)
  const around = specialTokensAround(structure)
  const added = new Map(structure.added_tokens.map(({ content, id }) => [content, id]))
  const idOf = (named: string | undefined, usual: readonly string[]) =>
    (named === undefined ? usual : [named])
      .map((content) => added.get(content))
      .find((id) => id !== undefined)
  const withSpecial = <Result>(
    { addSpecialTokens = false }: EncodeOptions = {},
    then: (before: readonly number[], after: readonly number[]) => Result,
  ) => (addSpecialTokens ? then(around.before, around.after) : then([], []))
  return {
    kind: table.kind,
    vocabularySize: table.size,
    beginOfText: idOf(configuration.beginOfText, ['<s>', '<|begin_of_text|>', '<|endoftext|>']),
    endOfText: idOf(configuration.endOfText, ['</s>', '<|end_of_text|>', '<|endoftext|>']),
    encode: (text, options) =>
      withSpecial(options, (before, after) => joinedInts(before, encode(text), after)),
    tokenize: (text, options) =>
      withSpecial(options, (before, after) => {
        const ids = encode(text)
        const { starts, ends } = align(structure, table, text, ids)
        const zeros = before.map(() => 0)
        const lasts = after.map(() => text.length)
        return {
          ids: joinedInts(before, ids, after),
          starts: joinedInts(zeros, starts, lasts),
          ends: joinedInts(zeros, ends, lasts),
        }
      }),
    decode: (ids) => decode(structure, table, ids),
    tokenBytes: (id) => table.bytes(id).slice(),
  }
}

function joinedInts(before: readonly number[], middle: Int32Array, after: readonly number[]): Int32Array {
  if (before.length === 0 && after.length === 0) return middle
  const whole = new Int32Array(before.length + middle.length + after.length)
  whole.set(before)
  whole.set(middle, before.length)
  whole.set(after, before.length + middle.length)
  return whole
}
