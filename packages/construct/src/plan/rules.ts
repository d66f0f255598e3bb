import { type Attention, attentionLayersOf, type InnerModelDescription, keyValueHeads } from '@tintjs/inner'
import { DimensionError } from '@tintjs/tensor'
import { positionDigits } from '../operators/next-token-attention'
import { layersOf } from './layers'

/** Fewest rows a prefix holds: `Dsim` is at least `4 D`, so that attention's memory fits beside the signal. */
const fewestRowsPerPrefix = 3

/** Numbers that can be planned with, smallest first, for a message: those nearest to what was asked for. */
function nearest(valid: readonly number[], asked: number): string {
  const byDistance = [...valid].sort((first, second) => Math.abs(first - asked) - Math.abs(second - asked))
  const shown = byDistance.slice(0, 3).sort((first, second) => first - second)
  return shown.length === 1 ? `${shown[0]}` : `one of ${shown.join(', ')}`
}

/** Values of `K` that a width allows: divisors that leave at least three rows a prefix. Smallest first. */
export function validPrefixTokens(width: number): number[] {
  const largest = Math.floor(width / fewestRowsPerPrefix)
  return Array.from({ length: largest }, (_, index) => index + 1).filter((count) => width % count === 0)
}

/** `Dsim = D (D / K + 1)` */
export function hiddenSizeFor(width: number, prefixTokens: number): number {
  return width * (width / prefixTokens + 1)
}

/** What the simulator's heads must hold of the inner model's attention. */
export interface InnerAttention {
  readonly width: number
  readonly heads: number
  /** Numbers of one head; the same in all layers. */
  readonly headWidth: number
  /** Whether a coordinate beside the head's own numbers is needed: ALiBi's. */
  readonly needsSpare: boolean
}

/** The inner model's attention, whose layers {@link checkLayers} has found alike. */
export function innerAttention(description: InnerModelDescription): InnerAttention {
  const { width, heads } = description
  const [first, ...others] = description.blocks.flatMap(attentionLayersOf)
  return {
    width,
    heads,
    headWidth: first === undefined ? width / heads : headWidthOf(first),
    needsSpare: [first, ...others].some((layer) => layer?.positions?.kind === 'alibi'),
  }
}

function headWidthOf({ query, heads }: Attention): number {
  return query.outputWidth / heads
}

/** Values of `Hsim` that the sizes allow, smallest first. */
export function validSoftmaxHeads(inner: InnerAttention, hiddenSize: number, maxLength: number): number[] {
  const { width, heads, headWidth: innerHeadWidth, needsSpare } = inner
  return Array.from(
    { length: Math.floor(width / innerHeadWidth) },
    (_, index) => (index + 1) * innerHeadWidth,
  )
    .filter(
      (headWidth) =>
        width % headWidth === 0 &&
        hiddenSize / headWidth >= heads &&
        positionDigits(maxLength) <= headWidth &&
        !(needsSpare && headWidth === innerHeadWidth),
    )
    .map((headWidth) => hiddenSize / headWidth)
    .reverse()
}

/** @throws DimensionError unless `K` divides the width and leaves enough rows for each prefix */
export function checkPrefixTokens(width: number, prefixTokens: number): void {
  const valid = validPrefixTokens(width)
  if (valid.includes(prefixTokens)) return
  const rule =
    Number.isInteger(prefixTokens) && prefixTokens > 0 && width % prefixTokens === 0
      ? `leaves ${width / prefixTokens === 1 ? '1 row' : `${width / prefixTokens} rows`} for each prefix token, and Dsim = D (D/K + 1) must be at least 4 D`
      : `does not divide the inner model's width D = ${width}`
  throw new DimensionError(
    `${prefixTokens} prefix tokens (K) cannot be: ${prefixTokens} ${rule}; expected ${nearest(valid, prefixTokens)}.`,
  )
}

/** The `K` whose `Dsim` this is. @throws DimensionError when there is none */
export function prefixTokensFor(width: number, hiddenSize: number): number {
  const valid = validPrefixTokens(width)
  const found = valid.find((count) => hiddenSizeFor(width, count) === hiddenSize)
  if (found !== undefined) return found
  const sizes = valid.map((count) => hiddenSizeFor(width, count))
  throw new DimensionError(
    `A hidden size (Dsim) of ${hiddenSize} cannot be: it must be D (D/K + 1) for the width D = ${width} and a K that divides it, and at least 4 D; expected ${nearest(sizes, hiddenSize)}.`,
  )
}

/** @throws DimensionError when the two contradict each other */
export function checkHiddenSize(width: number, prefixTokens: number, hiddenSize: number): void {
  const fitting = hiddenSizeFor(width, prefixTokens)
  if (hiddenSize === fitting) return
  throw new DimensionError(
    `A hidden size (Dsim) of ${hiddenSize} does not fit ${prefixTokens} prefix tokens (K): Dsim = D (D/K + 1) is ${fitting} for the width D = ${width}; leave one of them out, or give ${fitting}.`,
  )
}

/** @throws DimensionError naming the first rule that the simulator's heads break */
export function checkSoftmaxHeads(
  inner: InnerAttention,
  hiddenSize: number,
  softmaxHeads: number,
  maxLength: number,
): void {
  const valid = validSoftmaxHeads(inner, hiddenSize, maxLength)
  if (valid.includes(softmaxHeads)) return
  const { width, heads, headWidth: innerHeadWidth, needsSpare } = inner
  const headWidth = hiddenSize / softmaxHeads
  const rules: readonly (readonly [boolean, string])[] = [
    [Number.isInteger(softmaxHeads) && softmaxHeads > 0, 'it must be a whole number above 0'],
    [softmaxHeads >= heads, `it must be at least the inner model's ${heads} heads`],
    [Number.isInteger(headWidth), `it must divide Dsim = ${hiddenSize}`],
    [width % headWidth === 0, `Dsim/Hsim = ${headWidth} must divide the width D = ${width}`],
    [
      headWidth % innerHeadWidth === 0,
      `Dsim/Hsim = ${headWidth} must be a multiple of the inner model's head width ${innerHeadWidth}, so that none of its ${heads} heads is cut`,
    ],
    [
      !needsSpare || headWidth > innerHeadWidth,
      `its heads must be wider than the inner model's ${innerHeadWidth}, as ALiBi needs a coordinate of its own`,
    ],
  ]
  const broken = rules.find(([holds]) => !holds)?.[1] ?? tooNarrow(headWidth, maxLength)
  const expected =
    valid.length === 0 ? 'no number fits these sizes' : `expected ${nearest(valid, softmaxHeads)}`
  throw new DimensionError(`${softmaxHeads} simulator heads (Hsim) cannot be: ${broken}; ${expected}.`)
}

function tooNarrow(headWidth: number, maxLength: number): string {
  return `its heads of ${headWidth} numbers cannot hold the ${positionDigits(maxLength)} binary digits of ${maxLength} positions`
}

/** @throws DimensionError when a layer of the inner model does not fit the construction */
export function checkLayers(description: InnerModelDescription): void {
  const { width, heads } = description
  for (const layer of layersOf(description)) {
    if (layer.kind === 'norm' && layer.width !== width) {
      throw new DimensionError(
        `The norm ${layer.name} is ${layer.width} wide; expected the inner model's width ${width}, as the simulator's group norm covers one slot.`,
      )
    }
    if (layer.kind === 'attention' && layer.heads !== heads) {
      throw new DimensionError(
        `The attention ${layer.name} has ${layer.heads} heads and the inner model ${heads}; expected the same in all layers.`,
      )
    }
    if (layer.kind === 'attention') {
      if (width % (layer.query.outputWidth / layer.heads) !== 0 || !sameHeadWidths(layer)) {
        throw new DimensionError(
          `The attention ${layer.name} has heads of ${layer.query.outputWidth / layer.heads} numbers; expected a divisor of the inner model's width ${width}, the same for queries, keys and values.`,
        )
      }
      for (const { name, outputWidth } of [layer.query, layer.key, layer.value]) {
        if (outputWidth > width) {
          throw new DimensionError(
            `${name} makes ${outputWidth} numbers; expected at most the inner model's width ${width}, as queries, keys and values have a slot each.`,
          )
        }
      }
    }
  }
  checkHeadWidths(description)
  const embeddingWidth = description.head.vocabulary.shape.at(-1) ?? 0
  if (embeddingWidth > width) {
    throw new DimensionError(
      `The head is ${embeddingWidth} wide; expected at most the inner model's width ${width}.`,
    )
  }
}

function sameHeadWidths(layer: Attention): boolean {
  const { query, key, value, heads } = layer
  const shared = keyValueHeads(layer)
  const headWidth = query.outputWidth / heads
  return key.outputWidth / shared === headWidth && value.outputWidth / shared === headWidth
}

function checkHeadWidths(description: InnerModelDescription): void {
  const [first, ...others] = description.blocks.flatMap(attentionLayersOf)
  const other = others.find((layer) => first !== undefined && headWidthOf(layer) !== headWidthOf(first))
  if (first === undefined || other === undefined) return
  throw new DimensionError(
    `The attention ${other.name} has heads of ${headWidthOf(other)} numbers and ${first.name} of ${headWidthOf(first)}; expected the same in all layers.`,
  )
}
