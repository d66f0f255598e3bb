// Byte-level vocabularies spell each byte as a printable letter: printable Latin-1 characters stand for
// themselves, the other bytes for the letters from U+0100 on (a space is Ġ, a newline Ċ).
const ranges = [
  [0x21, 0x7e],
  [0xa1, 0xac],
  [0xae, 0xff],
] as const

function isPrintable(byte: number): boolean {
  return ranges.some(([first, last]) => byte >= first && byte <= last)
}

/** The byte that a letter (a UTF-16 unit) of a byte-level token stands for. */
const byteOfLetter = new Map<number, number>()
let spare = 0x100
for (let byte = 0; byte < 256; byte += 1) {
  byteOfLetter.set(isPrintable(byte) ? byte : spare, byte)
  if (!isPrintable(byte)) spare += 1
}

/** The bytes that a byte-level token spells, if all of its letters stand for bytes. */
export function spelledBytes(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length)
  for (let index = 0; index < token.length; index += 1) {
    const byte = byteOfLetter.get(token.charCodeAt(index))
    if (byte === undefined) return undefined
    bytes[index] = byte
  }
  return bytes
}

/** The byte that a byte-fallback token such as `<0x0A>` stands for. */
export function fallbackByte(token: string): number | undefined {
  const [, digits] = /^<0x([0-9A-F]{2})>$/.exec(token) ?? []
  return digits === undefined ? undefined : Number.parseInt(digits, 16)
}
