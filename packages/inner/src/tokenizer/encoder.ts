import type { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers'
import { chunkerOf } from './chunks'
import { gpt2Pattern } from './patterns'
import { type PreTokenizerPart, preTokenizersOf, type TokenizerStructure } from './structure'
import { metaSpace } from './token-table'

/** The ids of a text, without special tokens around it. */
export type Encoder = (text: string) => Int32Array

/**
 * Makes an encoder with Hugging Face's own tokenizers for JavaScript, put right where they differ from Python's:
 * white space and digits in the built-in patterns, and words cut at meta spaces.
 */
export async function createEncoder(structure: TokenizerStructure): Promise<Encoder> {
  const library = await import('@huggingface/tokenizers')
  const tokenizer = new library.Tokenizer(
    {
      added_tokens: structure.added_tokens,
      normalizer: structure.normalizer,
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: preTokenizersOf(structure).flatMap(libraryPreTokenizers),
      },
      // Special tokens around a text and reading back are this package's own.
      post_processor: null,
      decoder: null,
      model: structure.model,
    },
    {},
  )
  const { pre_tokenizer: sequence } = tokenizer
  if (sequence instanceof library.SequencePreTokenizer) {
    for (const part of sequence.tokenizers) {
      if (part instanceof library.ByteLevelPreTokenizer) part.pattern = gpt2Pattern
    }
  }
  const chunks = chunkerOf(structure)
  return (text) => encodeChunks(tokenizer, chunks(wellFormed(text)))
}

function libraryPreTokenizers(part: PreTokenizerPart): object[] {
  if (part.type === 'Digits') {
    // Digits are the numbers of every script in Python; the library knows 0 to 9.
    const Regex = part.individual_digits ? '\\p{N}' : '\\p{N}+'
    return [{ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false }]
  }
  if (part.type !== 'Metaspace') return [part]
  const scheme = part.prepend_scheme ?? (part.add_prefix_space === false ? 'never' : 'always')
  // Python cuts before each word; the library does not.
  const words = { type: 'Split', pattern: { Regex: '▁[^▁]*|[^▁]+' }, behavior: 'Removed', invert: true }
  return [
    { type: 'Metaspace', replacement: metaSpace, prepend_scheme: scheme },
    ...(part.split ? [words] : []),
  ]
}

function encodeChunks(tokenizer: LibraryTokenizer, chunks: Iterable<string>): Int32Array {
  const parts: Int32Array[] = []
  for (const chunk of chunks) {
    parts.push(Int32Array.from(tokenizer.encode(chunk, { add_special_tokens: false }).ids))
  }
  const ids = new Int32Array(parts.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const part of parts) {
    ids.set(part, at)
    at += part.length
  }
  return ids
}

/** Halves of surrogate pairs have no UTF-8: each one becomes U+FFFD, as `TextEncoder` does it. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd')
}
