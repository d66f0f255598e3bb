/**
 * The bytes that tokens spell, one after another. A character's bytes may be spread over several tokens.
 *
 * @param tokenBytes gives a token's bytes
 */
export function spelledBytes(ids: ArrayLike<number>, tokenBytes: (id: number) => Uint8Array): Uint8Array {
  const parts = Array.from(ids, tokenBytes)
  const whole = new Uint8Array(parts.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
