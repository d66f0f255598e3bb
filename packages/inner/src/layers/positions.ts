import { ConfigError, type Pairing } from '@tintjs/tensor'

/** Turns pairs of numbers of queries and keys by angles that grow with the position (Su et al., 2021). */
export interface RotaryPositions {
  readonly kind: 'rotary'
  readonly pairing: Pairing
  /** Radians per position of each pair; twice as many numbers of a head are turned. */
  readonly frequencies: readonly number[]
}

/** Adds to each score the key's position times a slope of the head (ALiBi: Press et al., 2021). */
export interface AlibiPositions {
  readonly kind: 'alibi'
  /** One for each head. */
  readonly slopes: readonly number[]
}

/** How attention knows where tokens stand; without it, it does not (the embedding may). */
export type AttentionPositions = RotaryPositions | AlibiPositions

/** Changes of rotary frequencies that let a model read longer texts than it was trained on first. */
export type RotaryScaling =
  | { readonly kind: 'none' }
  /** Positions divided by a factor (Chen et al., 2023). */
  | { readonly kind: 'linear'; readonly factor: number }
  /** Low frequencies divided by a factor, high ones kept, those between blended (Llama 3.1). */
  | {
      readonly kind: 'llama3'
      readonly factor: number
      readonly lowFrequencyFactor: number
      readonly highFrequencyFactor: number
      readonly originalLength: number
    }

/** Heads have some hundred numbers; each pair has a frequency in memory before any weight is there to be wrong. */
const widestHead = 65_536

/**
 * The usual frequencies `base^(-2 i / width)` of `width / 2` pairs.
 *
 * @param width how many numbers of a head are turned; even
 * @param base `rope_theta`, usually 10000
 */
export function rotaryFrequencies(
  width: number,
  base: number,
  scaling: RotaryScaling = { kind: 'none' },
): number[] {
  if (width % 2 !== 0 || width < 2 || width > widestHead) {
    throw new ConfigError(
      `The rotary positions turn ${width} numbers of a head; expected an even number from 2 to ${widestHead}, as they are turned in pairs.`,
    )
  }
  const frequencies = Array.from({ length: width / 2 }, (_, pair) => base ** ((-2 * pair) / width))
  switch (scaling.kind) {
    case 'none':
      return frequencies
    case 'linear':
      return frequencies.map((frequency) => frequency / scaling.factor)
    case 'llama3':
      return frequencies.map((frequency) => blended(frequency, scaling))
  }
}

/** A frequency of Llama 3.1, by how many of its waves fit in the text that the model was trained on first. */
function blended(
  frequency: number,
  {
    factor,
    lowFrequencyFactor,
    highFrequencyFactor,
    originalLength,
  }: Extract<RotaryScaling, { kind: 'llama3' }>,
): number {
  const waves = (originalLength * frequency) / (2 * Math.PI)
  if (waves < lowFrequencyFactor) return frequency / factor
  if (waves > highFrequencyFactor) return frequency
  const share = (waves - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
  return (1 - share) * (frequency / factor) + share * frequency
}

/**
 * ALiBi's slopes: `2^(-8 (h + 1) / H)` for heads `h` of a power of two `H`; other numbers of heads take every other slope
 * of twice the next lower power for those that are missing, as Press et al. and BLOOM do.
 */
export function alibiSlopes(heads: number): number[] {
  const power = 2 ** Math.floor(Math.log2(heads))
  const slopesOf = (count: number) =>
    Array.from({ length: count }, (_, head) => 2 ** ((-8 * (head + 1)) / count))
  const missing = slopesOf(2 * power).filter((_, head) => head % 2 === 0)
  return [...slopesOf(power), ...missing.slice(0, heads - power)]
}
