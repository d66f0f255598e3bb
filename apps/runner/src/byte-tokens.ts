import { InputError } from '@tintjs/tensor'

/** The byte-level vocabularies that are known: their size, and the id of byte 0. */
const byteVocabularies = [
  // The 256 bytes and an end of text, as in gpt2-nano-bytes.
  { vocabularySize: 257, offset: 0 },
  // Four special tokens first, as in opt-nano-bytes.
  { vocabularySize: 260, offset: 4 },
] as const

/**
 * The ids of a text for a byte-level model, which needs no tokenizer.
 *
 * @throws InputError for models of other vocabularies
 */
export function byteTokens(text: Uint8Array, vocabularySize: number, model: string): number[] {
  const known = byteVocabularies.find((candidate) => candidate.vocabularySize === vocabularySize)
  if (known === undefined) {
    const sizes = byteVocabularies.map((candidate) => candidate.vocabularySize).join(' or ')
    throw new InputError(
      `The model ${model} has a vocabulary of ${vocabularySize}; expected a byte-level one of ${sizes}, as texts are read byte by ` +
        'byte here. Give your own token ids to "tint step" instead.',
    )
  }
  return Array.from(text, (byte) => byte + known.offset)
}
