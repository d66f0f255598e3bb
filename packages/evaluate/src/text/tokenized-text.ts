import type { Tokenizer } from '@tintjs/inner'
import { WordStarts } from './word-starts'

/** A text as token ids, with the size of each token's text. */
export interface TokenizedBytes {
  readonly ids: Int32Array
  /** UTF-8 bytes of the text that each token stands for. */
  readonly byteLengths: Int32Array
  /** How many words begin in the text that each token stands for; see `WordStarts`. */
  readonly wordStarts: Int32Array
}

/**
 * Turns a text into ids without special tokens around it, and counts each token's bytes and words, so that models of
 * different vocabularies can be compared by bits per byte and by perplexity per word.
 *
 * @param tokenizer as `loadTokenizer` gives it; {@link withoutSpecialTokens} says how to read `<unk>` as plain text
 */
export function tokenizeText(tokenizer: Tokenizer, text: string): TokenizedBytes {
  if (tokenizer.kind === 'characters') return withSpans(tokenizer, text)
  const ids = tokenizer.encode(text)
  const known = new Map<number, number>()
  const byteLengths = ids.map((id) => {
    const before = known.get(id)
    if (before !== undefined) return before
    const { length } = tokenizer.tokenBytes(id)
    known.set(id, length)
    return length
  })
  const words = new WordStarts()
  return {
    ids,
    byteLengths,
    wordStarts: ids.map((id) => words.nextById(id, (of) => tokenizer.tokenBytes(of))),
  }
}

/** Where a token may stand for a character that it does not spell, its part of the text counts. */
function withSpans(tokenizer: Tokenizer, text: string): TokenizedBytes {
  const { ids, starts, ends } = tokenizer.tokenize(text)
  const encoder = new TextEncoder()
  const words = new WordStarts()
  const [byteLengths, wordStarts] = [new Int32Array(ids.length), new Int32Array(ids.length)]
  for (const index of ids.keys()) {
    const bytes = encoder.encode(text.slice(starts[index], ends[index]))
    byteLengths[index] = bytes.length
    wordStarts[index] = words.next(bytes)
  }
  return { ids, byteLengths, wordStarts }
}
