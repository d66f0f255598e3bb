import * as z from 'zod'
import type { CheckpointSource } from '../checkpoint/source'
import { readJson } from '../checkpoint/source'
import { parseFile } from './problem'
import { type AddedToken, addedToken } from './structure'
import { vocabularyField } from './vocabulary'

const mention = z.union([z.string().max(512), z.object({ content: z.string().max(512) })])
const named = {
  bos_token: mention.nullish(),
  eos_token: mention.nullish(),
  unk_token: mention.nullish(),
  pad_token: mention.nullish(),
}

const configurationSchema = z.object({
  ...named,
  add_prefix_space: z.boolean().nullish(),
  add_bos_token: z.boolean().nullish(),
  add_eos_token: z.boolean().nullish(),
  added_tokens_decoder: z.record(z.string().regex(/^\d{1,7}$/), addedToken.omit({ id: true })).nullish(),
})
const specialTokensSchema = z.object(named)

/** As in a vocabulary; the texts are those that a token may have. */
const addedTokensField = vocabularyField.superRefine((tokens, context) => {
  // The check of the vocabulary before this one goes on where it found no object.
  if (context.issues.length > 0) return
  const wrong = Object.keys(tokens).find((content) => !addedToken.shape.content.safeParse(content).success)
  if (wrong === undefined) return
  const message = 'expected tokens of 1 to 128 letters'
  context.addIssue({ code: 'custom', message, path: [wrong] })
})

/** What `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` say. */
export interface TokenizerConfiguration {
  readonly beginOfText?: string | undefined
  readonly endOfText?: string | undefined
  readonly unknown?: string | undefined
  readonly padding?: string | undefined
  readonly addPrefixSpace: boolean
  readonly addBeginOfText: boolean
  readonly addEndOfText: boolean
  /** Tokens that were added to a vocabulary without changing its file, by their text. */
  readonly addedTokens: ReadonlyMap<string, AddedToken>
}

/** Reads what the files beside a tokenizer say; each one may be missing. */
export async function readConfiguration(
  source: CheckpointSource,
  present: ReadonlySet<string>,
): Promise<TokenizerConfiguration> {
  const read = async <Schema extends z.ZodType>(schema: Schema, path: string) =>
    parseFile(schema, present.has(path) ? await readJson(source, path) : {}, `${path} of ${source.name}`)
  const configuration = await read(configurationSchema, 'tokenizer_config.json')
  const map = await read(specialTokensSchema, 'special_tokens_map.json')
  const added = Object.entries(await read(addedTokensField, 'added_tokens.json')).map(([content, id]) =>
    addedToken.parse({ content, id }),
  )
  for (const [id, token] of Object.entries(configuration.added_tokens_decoder ?? {})) {
    added.push({ ...token, id: Number(id) })
  }
  const token = (name: keyof typeof named) => contentOf(configuration[name] ?? map[name])
  return {
    beginOfText: token('bos_token'),
    endOfText: token('eos_token'),
    unknown: token('unk_token'),
    padding: token('pad_token'),
    addPrefixSpace: configuration.add_prefix_space ?? false,
    addBeginOfText: configuration.add_bos_token ?? false,
    addEndOfText: configuration.add_eos_token ?? false,
    addedTokens: new Map(added.map((entry) => [entry.content, entry])),
  }
}

function contentOf(value: z.infer<typeof mention> | null | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.content
}
