import { CheckpointError, shown } from '@tintjs/tensor'
import { type CheckpointSource, readJson, readText } from '../checkpoint/source'
import { parseFile } from './problem'
import type { TokenizerConfiguration } from './special-tokens'
import { structureSchema, type TokenizerStructure } from './structure'
import { type Merge, mergeOf, vocabularyField } from './vocabulary'

/** The token that stands for every special one in GPT-2's own vocabulary. */
const gpt2Special = '<|endoftext|>'

/**
 * The `tokenizer.json` that says what `vocab.json` and `merges.txt` mean: GPT-2's byte-level byte pairs, as
 * transformers reads such a folder (`facebook/opt-*`, the first `gpt2`).
 *
 * @throws CheckpointError naming the file, and the line or field, that is missing or damaged
 */
export async function structureOfMerges(
  source: CheckpointSource,
  configuration: TokenizerConfiguration,
): Promise<TokenizerStructure> {
  const file = `vocab.json of ${source.name}`
  const vocabulary = parseFile(vocabularyField, await readJson(source, 'vocab.json'), file)
  const merges = parseMerges(await readText(source, 'merges.txt'), `merges.txt of ${source.name}`)
  const ids = new Map(Object.entries(vocabulary))
  const special = specialTokens(configuration, ids)
  const around = [
    ...(configuration.addBeginOfText && special.begin !== undefined ? [piece(special.begin)] : []),
    { Sequence: { id: 'A', type_id: 0 } },
    ...(configuration.addEndOfText && special.end !== undefined ? [piece(special.end)] : []),
  ]
  const addedTokens = [...new Set([...special.all, ...configuration.addedTokens.keys()])].map((content) => {
    const added = configuration.addedTokens.get(content)
    const id = ids.get(content) ?? added?.id
    if (id !== undefined) return { ...added, id, content, special: special.all.has(content) }
    throw new CheckpointError(
      `In ${file}, the special token ${shown(content)} that tokenizer_config.json or special_tokens_map.json ` +
        'names is missing; fetch these files again.',
    )
  })
  return parseFile(
    structureSchema,
    {
      added_tokens: addedTokens,
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: configuration.addPrefixSpace, use_regex: true },
      decoder: { type: 'ByteLevel' },
      post_processor: {
        type: 'TemplateProcessing',
        single: around,
        special_tokens: Object.fromEntries(addedTokens.map(({ content, id }) => [content, { ids: [id] }])),
      },
      model: { type: 'BPE', vocab: vocabulary, merges },
    },
    file,
  )
}

function parseMerges(text: string, file: string): Merge[] {
  const merges: Merge[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    if (line === '' || line.startsWith('#version')) continue
    const merge = mergeOf(line)
    if (merge === undefined) {
      throw new CheckpointError(
        `In ${file}, line ${index + 1} is ${shown(line)}; expected two tokens with a space between them.`,
      )
    }
    merges.push(merge)
  }
  return merges
}

/** Where the configuration names no token, transformers takes GPT-2's. */
function specialTokens(configuration: TokenizerConfiguration, ids: ReadonlyMap<string, number>) {
  const usual = ids.has(gpt2Special) || configuration.addedTokens.has(gpt2Special) ? gpt2Special : undefined
  const begin = configuration.beginOfText ?? usual
  const end = configuration.endOfText ?? usual
  const all = [begin, end, configuration.unknown ?? usual, configuration.padding]
  return { begin, end, all: new Set(all.filter((token) => token !== undefined)) }
}

function piece(content: string) {
  return { SpecialToken: { id: content, type_id: 0 } }
}
