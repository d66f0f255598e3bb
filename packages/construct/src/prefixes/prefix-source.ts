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

/** Prefix sets by the leaf whose weights they hold, in their order. */
export function groupByLeaf(sources: readonly PrefixSource[]): PrefixSource[][] {
  const groups = new Map<PrefixSource['leaf'], PrefixSource[]>()
  for (const source of sources) {
    const group = groups.get(source.leaf)
    if (group === undefined) groups.set(source.leaf, [source])
    else group.push(source)
  }
  return [...groups.values()]
}
