import { hasKnownPatterns } from './patterns'
import { normalizersOf, preTokenizersOf, type TokenizerStructure } from './structure'
import { metaSpace } from './token-table'

/** Pieces of a text that can be encoded one after another and give the ids of the whole. */
export type Chunker = (text: string) => Iterable<string>

/** In characters: small beside what a large text would take at once, large beside a word. */
export const chunkSize = 32_768

/**
 * How a tokenizer's text may be cut: before a single space between two letters, where nothing that it does can
 * reach across. It is proved from the tokenizer's parts; one that has others gets its text whole.
 */
export function chunkerOf(structure: TokenizerStructure): Chunker {
  if (!cutsBetweenWords(structure)) return (text) => [text]
  // `Prepend` puts a letter for a space before every chunk: there the chunk leaves its own space out.
  const dropSpace = normalizersOf(structure).some(({ type }) => type === 'Prepend')
  return (text) => chunksOf(text, dropSpace ? 1 : 0)
}

function* chunksOf(text: string, skipped: number): Iterable<string> {
  let start = 0
  while (text.length - start > chunkSize) {
    const boundary = /(?<=\p{L}) (?=\p{L})/gu
    boundary.lastIndex = start + chunkSize
    const found = boundary.exec(text)
    if (found === null) break
    yield text.slice(start, found.index)
    start = found.index + skipped
  }
  yield text.slice(start)
}

function cutsBetweenWords(structure: TokenizerStructure): boolean {
  return (
    hasKnownPatterns(structure) &&
    normalizersAllow(structure) &&
    structure.added_tokens.every(({ content }) => !/\p{L}$|\p{L} | \p{L}|^ $/u.test(content)) &&
    (preTokenizersCut(structure) || mergesStayInWords(structure))
  )
}

function normalizersAllow(structure: TokenizerStructure): boolean {
  const parts = normalizersOf(structure)
  const [first, second] = parts
  if (first?.type === 'Prepend') {
    const replacesSpaces =
      second?.type === 'Replace' && second.pattern.String === ' ' && second.content === metaSpace
    return first.prepend === metaSpace && replacesSpaces && parts.length === 2
  }
  return parts.every(
    (part) => part.type !== 'Prepend' && (part.type !== 'Replace' || part.pattern.String === ' '),
  )
}

/** Whether words are cut before anything is merged: every known pattern does that. */
function preTokenizersCut(structure: TokenizerStructure): boolean {
  return preTokenizersOf(structure).some(
    (part) =>
      (part.type === 'ByteLevel' && part.use_regex) ||
      (part.type === 'Split' && 'Regex' in part.pattern) ||
      (part.type === 'Metaspace' && part.split),
  )
}

/** Whether no token has a space after something else, so that merging never reaches back over one. */
function mergesStayInWords({ model }: TokenizerStructure): boolean {
  return (
    model.merges.every(([left, right]) => !/[^▁]▁|[^Ġ]Ġ/u.test(left + right)) &&
    (Object.hasOwn(model.vocab, metaSpace) || Object.hasOwn(model.vocab, 'Ġ'))
  )
}
