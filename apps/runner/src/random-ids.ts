/**
 * Token ids that are the same for the same seed, evenly spread over the vocabulary (mulberry32).
 *
 * @param count how many
 */
export function randomIds(vocabularySize: number, count: number, seed: number): number[] {
  let state = seed >>> 0
  return Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * vocabularySize)
  })
}
