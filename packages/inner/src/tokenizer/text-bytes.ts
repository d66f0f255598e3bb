/** A text's UTF-8 bytes, as a tokenizer sees them, and where each one is in the text. */
export interface TextBytes {
  readonly bytes: Uint8Array
  /** The UTF-16 unit where the character of a byte starts; the text's length after the last byte. */
  startOf(byte: number): number
  /** The UTF-16 unit after the character of a byte. */
  endOf(byte: number): number
}

/**
 * The bytes of a text in Unicode normal forms. Characters that a form joins or splits up count as one.
 *
 * @param forms e.g. `['NFC']`, applied in turn; none leaves the text as it is
 */
export function textBytes(text: string, forms: readonly string[]): TextBytes {
  const normalise = (part: string) => forms.reduce((before, form) => before.normalize(form), part)
  const whole = normalise(text)
  const bytes = new TextEncoder().encode(whole)
  const starts = new Int32Array(bytes.length)
  const ends = new Int32Array(bytes.length)
  let byte = 0
  const fill = (length: number, start: number, end: number) => {
    starts.fill(start, byte, byte + length)
    ends.fill(end, byte, byte + length)
    byte += length
  }
  if (whole === text) {
    forEachCharacter(text, (start, end, length) => fill(length, start, end))
  } else {
    let at = 0
    for (const segment of segmentsOf(text, normalise, whole)) {
      fill(new TextEncoder().encode(normalise(segment)).length, at, at + segment.length)
      at += segment.length
    }
  }
  return {
    bytes,
    startOf: (index) => starts[index] ?? text.length,
    endOf: (index) => ends[index] ?? text.length,
  }
}

/** Parts that a normal form treats apart: a character with its marks, a syllable's letters. */
function segmentsOf(text: string, normalise: (part: string) => string, whole: string): string[] {
  const segments = text.match(/[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]+|[\s\S][\p{M}\uff9e\uff9f]*/gu) ?? []
  return segments.map(normalise).join('') === whole ? segments : [text]
}

function forEachCharacter(text: string, visit: (start: number, end: number, bytes: number) => void): void {
  for (let start = 0; start < text.length; ) {
    const code = text.codePointAt(start) ?? 0
    const units = code > 0xffff ? 2 : 1
    visit(start, start + units, code < 0x80 ? 1 : code < 0x800 ? 2 : code > 0xffff ? 4 : 3)
    start += units
  }
}
