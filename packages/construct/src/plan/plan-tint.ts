import type { InnerModelDescription } from '@tintjs/inner'
import { checkOptionNames, DimensionError } from '@tintjs/tensor'
import { dimensionsOf, type TintDimensions } from './dimensions'
import {
  checkHiddenSize,
  checkLayers,
  checkPrefixTokens,
  checkSoftmaxHeads,
  hiddenSizeFor,
  innerAttention,
  prefixTokensFor,
  validPrefixTokens,
  validSoftmaxHeads,
} from './rules'

/** What can be chosen of a simulator's sizes; what is left out is chosen by the plan. */
export interface PlanOptions {
  /** `K`, tokens that hold the weights. */
  readonly prefixTokens?: number | undefined
  /** `Dsim`; follows from `K`, so that one of the two is enough. */
  readonly hiddenSize?: number | undefined
  /** `Hsim`, heads of the simulator's softmax attention. */
  readonly simulatorHeads?: number | undefined
  /** The longest text in tokens; default the inner model's own longest context. */
  readonly maxLength?: number | undefined
}

const optionNames: Readonly<Record<keyof PlanOptions, true>> = {
  hiddenSize: true,
  maxLength: true,
  prefixTokens: true,
  simulatorHeads: true,
}

/** The sizes of a simulator, and why they are what they are. */
export interface TintPlan {
  readonly dimensions: TintDimensions
  /** A sentence for each choice. */
  readonly explanation: readonly string[]
}

/**
 * Plans a simulator for an inner model: solves the dimension rules. Allocates nothing. The default is the largest number
 * of prefix tokens that the rules allow, which makes the narrowest simulator, and the fewest heads, as in the paper's
 * table of sizes.
 *
 * @throws InputError for an option that there is not
 * @throws DimensionError naming the rule that an impossible request breaks, and the nearest valid choices
 */
export function planTint(inner: InnerModelDescription, options: PlanOptions = {}): TintPlan {
  checkOptionNames('plan', options, optionNames)
  checkLayers(inner)
  const maxLength = chooseMaxLength(inner, options.maxLength)
  const prefixTokens = choosePrefixTokens(inner, options)
  const hiddenSize = hiddenSizeFor(inner.width, prefixTokens)
  const softmaxHeads = chooseSoftmaxHeads(inner, hiddenSize, maxLength, options.simulatorHeads)
  const dimensions = dimensionsOf(inner, { prefixTokens, softmaxHeads, maxLength })
  return { dimensions, explanation: explain(dimensions, options) }
}

function chooseMaxLength({ maximumPositions }: InnerModelDescription, asked: number | undefined): number {
  const maxLength = asked ?? maximumPositions
  if (Number.isInteger(maxLength) && maxLength >= 2 && maxLength <= maximumPositions) return maxLength
  throw new DimensionError(
    `The longest text (maxLength) is ${maxLength}; expected a whole number from 2 to ${maximumPositions}, the inner model's positions.`,
  )
}

function choosePrefixTokens(
  { width }: InnerModelDescription,
  { prefixTokens, hiddenSize }: PlanOptions,
): number {
  if (prefixTokens !== undefined) {
    checkPrefixTokens(width, prefixTokens)
    if (hiddenSize !== undefined) checkHiddenSize(width, prefixTokens, hiddenSize)
    return prefixTokens
  }
  if (hiddenSize !== undefined) return prefixTokensFor(width, hiddenSize)
  const largest = validPrefixTokens(width).at(-1)
  if (largest !== undefined) return largest
  throw new DimensionError(
    `An inner model of width ${width} cannot be simulated; expected a width of at least 3.`,
  )
}

function chooseSoftmaxHeads(
  inner: InnerModelDescription,
  hiddenSize: number,
  maxLength: number,
  asked: number | undefined,
): number {
  if (asked !== undefined) {
    checkSoftmaxHeads(innerAttention(inner), hiddenSize, asked, maxLength)
    return asked
  }
  const [fewest] = validSoftmaxHeads(innerAttention(inner), hiddenSize, maxLength)
  if (fewest !== undefined) return fewest
  throw new DimensionError(
    `No number of simulator heads (Hsim) fits Dsim = ${hiddenSize}, the width D = ${inner.width} and ${inner.heads} heads for texts of ${maxLength} tokens; ${remedy(inner)}.`,
  )
}

/** What could help where no number of heads fits: with ALiBi, a single head as wide as the model leaves no coordinate free. */
function remedy(inner: InnerModelDescription): string {
  const { width, headWidth, needsSpare } = innerAttention(inner)
  return needsSpare && headWidth === width
    ? "expected an inner model with more than one head, as ALiBi needs a coordinate beside a head's own"
    : 'shorten maxLength, or give fewer prefix tokens'
}

function explain(dimensions: TintDimensions, options: PlanOptions): string[] {
  const {
    width,
    prefixTokens,
    rowsPerPrefix,
    hiddenSize,
    softmaxHeads,
    softmaxHeadWidth,
    innerHeads,
    maxLength,
  } = dimensions
  const asked = options.prefixTokens !== undefined || options.hiddenSize !== undefined
  return [
    `K = ${prefixTokens} prefix tokens hold ${rowsPerPrefix} rows of a ${width} x ${width} matrix each${asked ? ', as asked for' : `: the most that leave at least 3 rows each`}.`,
    `Dsim = D (D/K + 1) = ${hiddenSize}: ${rowsPerPrefix} slots for the rows and one for the bias.`,
    `Hsim = ${softmaxHeads} heads of ${softmaxHeadWidth} numbers${options.simulatorHeads === undefined ? ', the fewest' : ', as asked for'} that can do the inner model's ${innerHeads} heads.`,
    `Texts of up to ${maxLength} tokens; position one-hots have ${dimensions.positions} coordinates.`,
  ]
}
