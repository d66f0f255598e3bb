import type { TintDimensions } from '../plan/dimensions'

/**
 * The paper's count of a simulator's modules (as its appendix gives it): with `Qsplit = Dsim^2 / Hsim + Dsim Hsim`, a
 * head-split and a cross-head linear, and `Q = 4 Qsplit + 3 T Dsim / Hsim`, an attention with images of `T` positions.
 */
export interface PaperCount {
  readonly kind: string
  readonly formula: string
  readonly parameters: number
}

/** The paper's modules of one block, and of all blocks. */
export interface PaperAccount {
  readonly block: readonly PaperCount[]
  readonly total: number
}

/** Sizes of simulators in the paper's table, in parameters. */
export const paperSizes: Readonly<Record<string, number>> = {
  'opt-125m': 1.2e9,
  'opt-350m': 3.4e9,
  'opt-1.3b': 10.8e9,
  'opt-2.7b': 21.8e9,
}

/** What the authors' released code counts for OPT-125M with `K` 256, `Dsim` 3072 and 12 heads. */
export const authorsCodeOpt125m = 1_669_324_018

/** The paper's formulas for given dimensions: a block is `21 Q + Qsplit + 6 Dsim Hsim`. */
export function paperAccount(
  { hiddenSize, softmaxHeads, positions }: TintDimensions,
  blocks: number,
): PaperAccount {
  const crossHead = hiddenSize * softmaxHeads
  const split = hiddenSize ** 2 / softmaxHeads + crossHead
  const attention = 4 * split + (3 * positions * hiddenSize) / softmaxHeads
  const count = (kind: string, formula: string, parameters: number) => ({ kind, formula, parameters })
  const block = [
    count('linear forward, backward, descent (3 layers)', '3 * 3 Q', 9 * attention),
    count(
      'norm forward, backward, descent (2 layers)',
      '2 (3 Q + 2 Dsim Hsim)',
      2 * (3 * attention + 2 * crossHead),
    ),
    count('self-attention forward, backward, descent', '3 * 2 Q', 6 * attention),
    count('activation forward, backward', 'Qsplit + 2 Dsim Hsim', split + 2 * crossHead),
  ]
  return { block, total: blocks * block.reduce((total, { parameters }) => total + parameters, 0) }
}
