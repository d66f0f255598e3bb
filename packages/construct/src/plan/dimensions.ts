/**
 * The sizes of a TinT simulator. Its state is `[batch, K + N, hiddenSize]`: `K` prefix tokens that hold weights, then the
 * `N` tokens of the text. `hiddenSize = (S + 1) D` coordinates are seen as `S + 1` **slots** of `D`; a prefix token holds
 * a row of the weight matrix in each of the first `S` slots and the bias in the last one.
 */
export interface TintDimensions {
  /** `D`, the inner model's width. */
  readonly width: number
  /** `H`, attention heads of the inner model. */
  readonly innerHeads: number
  /** `K` */
  readonly prefixTokens: number
  /** `S = D / K`, the rows of a `D x D` matrix that one prefix token holds. */
  readonly rowsPerPrefix: number
  /** `S + 1` */
  readonly slots: number
  /** `Dsim = D (S + 1)` */
  readonly hiddenSize: number
  /** `Dsim / K = S (S + 1)`: linear attention and cross-head linears see the state as so many heads of width `K`. */
  readonly linearHeads: number
  /** `Hsim`: softmax attention sees it as so many heads. */
  readonly softmaxHeads: number
  /** `Dsim / Hsim` */
  readonly softmaxHeadWidth: number
  /** The longest text, `Nmax`. */
  readonly maxLength: number
  /** `Nmax + K`: position one-hots have this size. Token `i` is position `i`, prefix `j` is position `Nmax + j`. */
  readonly positions: number
}

/** The dimensions that follow from the few that can be chosen. Checks nothing; see {@link planTint}. */
export function dimensionsOf(
  inner: { readonly width: number; readonly heads: number },
  chosen: {
    readonly prefixTokens: number
    readonly softmaxHeads: number
    readonly maxLength: number
  },
): TintDimensions {
  const rowsPerPrefix = inner.width / chosen.prefixTokens
  const hiddenSize = inner.width * (rowsPerPrefix + 1)
  return {
    width: inner.width,
    innerHeads: inner.heads,
    prefixTokens: chosen.prefixTokens,
    rowsPerPrefix,
    slots: rowsPerPrefix + 1,
    hiddenSize,
    linearHeads: hiddenSize / chosen.prefixTokens,
    softmaxHeads: chosen.softmaxHeads,
    softmaxHeadWidth: hiddenSize / chosen.softmaxHeads,
    maxLength: chosen.maxLength,
    positions: chosen.maxLength + chosen.prefixTokens,
  }
}
