/*
 * Conversions between float32 and the two 16-bit formats, on bit patterns:
 *   F16   1 sign, 5 exponent (bias 15), 10 mantissa bits
 *   BF16  1 sign, 8 exponent (bias 127), 7 mantissa bits: the upper half of a float32
 * Patterns rather than numbers, because a NaN may lose its payload on the way through a JavaScript number.
 */

let float16Patterns: Uint32Array | undefined

/** The float32 pattern of each of the 65,536 F16 patterns; built on the first call (256 KB). */
function float16Table(): Uint32Array {
  if (float16Patterns) return float16Patterns
  const table = new Uint32Array(65_536)
  const values = new Float32Array(table.buffer)
  for (let magnitude = 0; magnitude < 0x8000; magnitude++) {
    const exponent = magnitude >>> 10
    const mantissa = magnitude & 0x3ff
    if (exponent === 0) values[magnitude] = mantissa * 2 ** -24
    else table[magnitude] = ((exponent === 31 ? 255 : exponent + 112) << 23) | (mantissa << 13)
    table[magnitude | 0x8000] = (table[magnitude] ?? 0) | 0x8000_0000
  }
  float16Patterns = table
  return table
}

/** Converts F16 patterns to float32 patterns, both of one length; exact, NaN payloads included. */
export function decodeFloat16(patterns: Uint16Array, target: Uint32Array): void {
  const table = float16Table()
  for (let index = 0; index < patterns.length; index++) target[index] = table[patterns[index] ?? 0] ?? 0
}

/** Converts BF16 patterns to float32 patterns, both of one length; exact, NaN payloads included. */
export function decodeBfloat16(patterns: Uint16Array, target: Uint32Array): void {
  for (let index = 0; index < patterns.length; index++) target[index] = (patterns[index] ?? 0) << 16
}

/**
 * Converts float32 patterns to F16 patterns, both of one length: to the nearest, ties to even; too large becomes
 * infinity, small becomes subnormal or zero with its sign; a NaN stays one and becomes quiet.
 */
export function encodeFloat16(patterns: Uint32Array, target: Uint16Array): void {
  for (let index = 0; index < patterns.length; index++) target[index] = float16Of(patterns[index] ?? 0)
}

/** Converts float32 patterns to BF16 patterns, with the rules of {@link encodeFloat16}. */
export function encodeBfloat16(patterns: Uint32Array, target: Uint16Array): void {
  for (let index = 0; index < patterns.length; index++) target[index] = bfloat16Of(patterns[index] ?? 0)
}

function float16Of(pattern: number): number {
  const sign = (pattern >>> 16) & 0x8000
  const magnitude = pattern & 0x7fff_ffff
  if (magnitude > 0x7f80_0000) return sign | 0x7e00 | ((magnitude >>> 13) & 0x1ff)
  if (magnitude >= 0x4780_0000) return sign | 0x7c00 // from 2^16 on
  if (magnitude >= 0x3880_0000) {
    // From 2^-14 on: a normal number. A carry out of the mantissa goes into the exponent, up to infinity.
    return sign | ((magnitude - 0x3800_0000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13)
  }
  const exponent = magnitude >>> 23
  if (exponent < 102) return sign // below 2^-25, half of the smallest subnormal
  const mantissa = (magnitude & 0x7f_ffff) | 0x80_0000
  const shift = 126 - exponent // the smallest subnormal is 2^-24
  const kept = mantissa >>> shift
  const dropped = mantissa & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  const roundsUp = dropped > half || (dropped === half && (kept & 1) === 1)
  return sign | (roundsUp ? kept + 1 : kept)
}

function bfloat16Of(pattern: number): number {
  if ((pattern & 0x7fff_ffff) > 0x7f80_0000) return (pattern >>> 16) | 0x40
  return (pattern + 0x7fff + ((pattern >>> 16) & 1)) >>> 16
}
