import { CheckpointError, shown } from '@tintjs/tensor'
import { preTokenizersOf, type TokenizerStructure } from './structure'

/**
 * The patterns that published models of the supported families cut text with. Each one takes time in proportion
 * to the text and gives the same pieces as Python's engine; any other may take exponential time on a text that
 * its author chose, so it runs only when the caller trusts the file.
 */
const knownPatterns: ReadonlySet<string> = new Set([
  // BLOOM
  ' ?[^(\\s|[.,!?…。，、।۔،])]+',
  // LLaMA 3
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  // The same with single digits
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  // GPT-2, written out
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
])

/** What counts as white space in Python's engine: JavaScript's `\s` has U+FEFF and lacks U+0085. */
const space = '\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

/** GPT-2's pattern with Python's white space. */
export const gpt2Pattern = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${space}\\p{L}\\p{N}]+|[${space}]+(?![^${space}])|[${space}]+`,
  'gu',
)

/** Whether all patterns of a tokenizer are known, so that they can be reasoned about. */
export function hasKnownPatterns(structure: TokenizerStructure): boolean {
  return unknownPattern(structure) === undefined
}

/** @throws CheckpointError when a pattern is not one of those that published models have */
export function checkPatterns(structure: TokenizerStructure, file: string): void {
  const found = unknownPattern(structure)
  if (found === undefined) return
  throw new CheckpointError(
    `In ${file}, the field pre_tokenizer has the pattern ${shown(found)}; expected a pattern of GPT-2, ` +
      "BLOOM or LLaMA, which cannot be made to hang. If you trust this file, load it with patterns: 'any'.",
  )
}

function unknownPattern(structure: TokenizerStructure): string | undefined {
  for (const part of preTokenizersOf(structure)) {
    if (part.type !== 'Split' || !('Regex' in part.pattern)) continue
    if (!knownPatterns.has(part.pattern.Regex)) return part.pattern.Regex
  }
  return undefined
}
