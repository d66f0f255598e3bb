import * as z from 'zod'
import { mergesField, vocabularyField } from './vocabulary'

// The parts of tokenizer.json that decide ids, as far as they occur in the families that TinT builds and give
// the same ids here as in Python. Whatever else a file asks for is refused by its name, never left out silently.

const shortText = z.string().max(512)
/** An option of other tokenizers that must be off. */
const off = z.literal(['', 0, null, false]).optional()

const pattern = z.union([z.object({ Regex: z.string().max(4096) }), z.object({ String: shortText.min(1) })])

/** Never longer than what it replaces: a few in a row could make a text thousands of times as long. */
const replace = z
  .object({ type: z.literal('Replace'), pattern: z.object({ String: shortText.min(1) }), content: shortText })
  .refine(({ pattern: { String: text }, content }) => content.length <= text.length, {
    message: 'expected content that is not longer than the pattern',
    path: ['content'],
  })

const normalizerParts = [
  z.object({ type: z.literal('NFC') }),
  z.object({ type: z.literal('NFD') }),
  z.object({ type: z.literal('NFKC') }),
  z.object({ type: z.literal('NFKD') }),
  z.object({ type: z.literal('Prepend'), prepend: shortText.min(1) }),
  replace,
] as const
const normalizerPart = z.discriminatedUnion('type', normalizerParts)
const normalizer = z.discriminatedUnion('type', [
  ...normalizerParts,
  z.object({ type: z.literal('Sequence'), normalizers: z.array(normalizerPart).max(16) }),
])

const preTokenizerParts = [
  z.object({
    type: z.literal('ByteLevel'),
    add_prefix_space: z.boolean(),
    use_regex: z.boolean().default(true),
  }),
  z.object({
    type: z.literal('Metaspace'),
    replacement: z.literal('▁'),
    prepend_scheme: z.enum(['always', 'first', 'never']).optional(),
    add_prefix_space: z.boolean().optional(),
    split: z.boolean().default(true),
  }),
  z.object({
    type: z.literal('Split'),
    pattern,
    behavior: z.enum(['Isolated', 'Removed']),
    invert: z.boolean().default(false),
  }),
  z.object({ type: z.literal('Digits'), individual_digits: z.boolean().default(false) }),
] as const
const preTokenizerPart = z.discriminatedUnion('type', preTokenizerParts)
const preTokenizer = z.discriminatedUnion('type', [
  ...preTokenizerParts,
  z.object({ type: z.literal('Sequence'), pretokenizers: z.array(preTokenizerPart).max(16) }),
])

const decoderParts = [
  z.object({ type: z.literal('ByteLevel') }),
  z.object({
    type: z.literal('Metaspace'),
    replacement: z.literal('▁'),
    prepend_scheme: z.enum(['always', 'first', 'never']).optional(),
    add_prefix_space: z.boolean().optional(),
  }),
  z.object({ type: z.literal('ByteFallback') }),
  z.object({ type: z.literal('Fuse') }),
  replace,
  z.object({
    type: z.literal('Strip'),
    content: z.string().length(1),
    start: z.int().min(0).max(16),
    stop: z.int().min(0).max(16),
  }),
] as const
const decoderPart = z.discriminatedUnion('type', decoderParts)
const decoder = z.discriminatedUnion('type', [
  ...decoderParts,
  z.object({ type: z.literal('Sequence'), decoders: z.array(decoderPart).max(16) }),
])

const tokenAndId = z.tuple([shortText, z.int().min(0)])
const templatePiece = z.union([
  z.object({ SpecialToken: z.object({ id: shortText }) }),
  z.object({ Sequence: z.object({ id: z.literal('A') }) }),
])
const postProcessorParts = [
  z.object({ type: z.literal('ByteLevel') }),
  z.object({ type: z.literal('RobertaProcessing'), sep: tokenAndId, cls: tokenAndId }),
  z.object({ type: z.literal('BertProcessing'), sep: tokenAndId, cls: tokenAndId }),
  z.object({
    type: z.literal('TemplateProcessing'),
    single: z.array(templatePiece).max(64),
    special_tokens: z.record(shortText, z.object({ ids: z.array(z.int().min(0)).max(64) })),
  }),
] as const
const postProcessorPart = z.discriminatedUnion('type', postProcessorParts)
const postProcessor = z.discriminatedUnion('type', [
  ...postProcessorParts,
  z.object({ type: z.literal('Sequence'), processors: z.array(postProcessorPart).max(16) }),
])

export const addedToken = z.object({
  id: z.int().min(0),
  content: z.string().min(1).max(128),
  single_word: off,
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().default(false),
  special: z.boolean().default(false),
})

/** What is read of a `tokenizer.json`. Its truncation and padding are left out: a text is always encoded whole. */
export const structureSchema = z.object({
  added_tokens: z.array(addedToken).max(100_000).default([]),
  normalizer: normalizer.nullable().default(null),
  pre_tokenizer: preTokenizer.nullable().default(null),
  post_processor: postProcessor.nullable().default(null),
  decoder: decoder.nullable().default(null),
  model: z.object({
    type: z.literal('BPE').default('BPE'),
    vocab: vocabularyField,
    merges: mergesField,
    unk_token: shortText.nullable().default(null),
    byte_fallback: z.boolean().default(false),
    fuse_unk: z.boolean().default(false),
    ignore_merges: z.boolean().default(false),
    dropout: off,
    continuing_subword_prefix: off,
    end_of_word_suffix: off,
  }),
})

export type TokenizerStructure = z.infer<typeof structureSchema>
export type AddedToken = z.infer<typeof addedToken>
export type NormalizerPart = z.infer<typeof normalizerPart>
export type PreTokenizerPart = z.infer<typeof preTokenizerPart>
export type DecoderPart = z.infer<typeof decoderPart>
export type PostProcessorPart = z.infer<typeof postProcessorPart>

/** The normalizers one after another. */
export function normalizersOf({ normalizer: whole }: TokenizerStructure): readonly NormalizerPart[] {
  if (whole === null) return []
  return whole.type === 'Sequence' ? whole.normalizers : [whole]
}

/** The pre-tokenizers one after another. */
export function preTokenizersOf({ pre_tokenizer: whole }: TokenizerStructure): readonly PreTokenizerPart[] {
  if (whole === null) return []
  return whole.type === 'Sequence' ? whole.pretokenizers : [whole]
}

/** The decoders one after another. */
export function decodersOf({ decoder: whole }: TokenizerStructure): readonly DecoderPart[] {
  if (whole === null) return []
  return whole.type === 'Sequence' ? whole.decoders : [whole]
}

/** The post-processors one after another. */
export function postProcessorsOf({
  post_processor: whole,
}: TokenizerStructure): readonly PostProcessorPart[] {
  if (whole === null) return []
  return whole.type === 'Sequence' ? whole.processors : [whole]
}
