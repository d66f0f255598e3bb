/** How a text becomes ids. */
export interface EncodeOptions {
  /**
   * Whether to add what the tokenizer puts around a text (LLaMA's `<s>`, OPT's `</s>` in front). Off by default,
   * as for perplexity: special tokens that the text itself spells out are always recognised, as in Python.
   */
  readonly addSpecialTokens?: boolean | undefined
}

/** Ids with the part of the text that each one stands for. */
export interface TokenizedText {
  readonly ids: Int32Array
  /**
   * Where each token starts in the text, in UTF-16 units, as `text.slice` counts. A token that holds a part of a
   * character's bytes covers the whole character, so neighbours overlap there; a token that stands for nothing
   * in the text (an added special token, a space put in front) has its end at its start.
   */
  readonly starts: Int32Array
  /** Where each token ends in the text, exclusive. */
  readonly ends: Int32Array
}

/** Turns text into the token ids of one checkpoint, and back. */
export interface Tokenizer {
  /**
   * What a token is made of: `byte-level` any text is exactly its bytes (GPT-2, OPT, BLOOM, GPT-NeoX, LLaMA 3);
   * `byte-fallback` characters, and bytes for characters that are not in the vocabulary (LLaMA 1 and 2);
   * `characters` characters, and an unknown token for the others.
   */
  readonly kind: 'byte-level' | 'byte-fallback' | 'characters'
  /** One more than the largest id. A model may have more rows than that, never fewer. */
  readonly vocabularySize: number
  /** The id that opens a text, where the checkpoint names one. */
  readonly beginOfText: number | undefined
  /** The id that ends a text, where the checkpoint names one. */
  readonly endOfText: number | undefined
  /** The ids of a text. Half of a surrogate pair counts as U+FFFD. */
  encode(text: string, options?: EncodeOptions): Int32Array
  /** The ids of a text and where each one is in it; slower than {@link Tokenizer.encode}. */
  tokenize(text: string, options?: EncodeOptions): TokenizedText
  /**
   * The text of any ids, special tokens included. Bytes that are not UTF-8 become U+FFFD, and so does an id
   * without a token, as a model with a padded vocabulary can give.
   *
   * @throws InputError for an id that is not a whole number from 0
   */
  decode(ids: ArrayLike<number>): string
  /**
   * The bytes that a token stands for, which may be a part of a character, e.g. of an emoji.
   *
   * @throws InputError for an id that is not a whole number from 0
   */
  tokenBytes(id: number): Uint8Array
}
