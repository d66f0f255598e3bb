import type { Linear, Norm } from '@tintjs/inner'

/**
 * Which part of a leaf's weights a set of prefixes holds: of a linear layer, a chunk of `D` rows and `D` columns; of a
 * norm, its scale as a diagonal matrix.
 */
export interface PrefixSource {
  /** Unique in a model. */
  readonly name: string
  readonly leaf: Linear | Norm
  readonly rowChunk: number
  readonly columnChunk: number
  /** Whether the leaf's bias is in these prefixes; it belongs to one column chunk only. */
  readonly holdsBias: boolean
}

/** How many chunks of `D` a width takes. */
export function chunkCount(width: number, chunkWidth: number): number {
  return Math.ceil(width / chunkWidth)
}
