/**
 * Counts where words begin in the bytes of tokens that follow each other. A word is what stands between spaces, tabs and
 * line breaks, as `wc -w` has it; it belongs to the token that holds its first byte.
 */
export class WordStarts {
  readonly #known = new Map<number, TokenWords>()
  #afterSpace = true

  /** @returns how many words begin in the token that comes next; 0 for one without bytes */
  next(bytes: Uint8Array): number {
    return this.#take(wordsIn(bytes))
  }

  /** The same for a token whose bytes are always those of its id. */
  nextById(id: number, bytesOf: (id: number) => Uint8Array): number {
    let words = this.#known.get(id)
    if (words === undefined) {
      words = wordsIn(bytesOf(id))
      this.#known.set(id, words)
    }
    return this.#take(words)
  }

  #take({ inner, beginsWithWord, endsInSpace }: TokenWords): number {
    if (endsInSpace === undefined) return 0
    const starts = inner + (beginsWithWord && this.#afterSpace ? 1 : 0)
    this.#afterSpace = endsInSpace
    return starts
  }
}

interface TokenWords {
  /** Words that begin after a space of the token itself. */
  readonly inner: number
  readonly beginsWithWord: boolean
  /** Undefined for a token without bytes. */
  readonly endsInSpace: boolean | undefined
}

const isSpace = (byte: number | undefined) =>
  byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d)

function wordsIn(bytes: Uint8Array): TokenWords {
  let inner = 0
  for (let index = 1; index < bytes.length; index++) {
    if (isSpace(bytes[index - 1]) && !isSpace(bytes[index])) inner++
  }
  const some = bytes.length > 0
  return {
    inner,
    beginsWithWord: some && !isSpace(bytes[0]),
    endsInSpace: some ? isSpace(bytes.at(-1)) : undefined,
  }
}
