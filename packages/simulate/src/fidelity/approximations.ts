import { type Derivative, derivativeText, exact, type GradientChoice, tint } from '@tintjs/inner'
import type { Execution } from '../step-execution'

/** Which part of TinT's step an approximation changes; `all` is the step as {@link tint} has it. */
export type ApproximatedPart = 'attention' | 'derivative' | 'loss gradient' | 'norms' | 'all'

/** A step to be compared with the exact one. */
export interface Approximation {
  /** For people, and unique among the approximations of a measurement. */
  readonly name: string
  readonly part: ApproximatedPart
  readonly gradient: GradientChoice
  readonly updateNormWeights: boolean
  /**
   * Default `fused()`, whose updates are compared as they descend. Those of another execution are the differences of
   * the weights after and before, which have lost the digits that float32 rounds away when it adds a small update to a
   * large weight.
   */
  readonly execution?: Execution | undefined
}

/** What every other step is compared with: nothing is approximated, and scales of norms learn as their biases do. */
export const reference: Approximation = {
  name: 'exact',
  part: 'all',
  gradient: exact(),
  updateNormWeights: true,
}

/** The derivatives that a measurement tries unless told otherwise. */
export const usualDerivatives: readonly Derivative[] = [
  { kind: 'central', scale: 10 },
  { kind: 'central', scale: 100 },
  { kind: 'central', scale: 1000 },
  { kind: 'forward', scale: 100 },
  { kind: 'forward', scale: 1000 },
  { kind: 'forward', scale: 10_000 },
]

/**
 * Each approximation of TinT's step alone, everything else exact, and then all together.
 *
 * @param derivatives which ones to try, each alone
 */
export function singleApproximations(
  derivatives: readonly Derivative[] = usualDerivatives,
): readonly Approximation[] {
  const alone = { attentionGradient: 'full', derivative: { kind: 'analytic' } } as const
  const learningNorms = { updateNormWeights: true }
  return [
    {
      name: 'value-only attention',
      part: 'attention',
      gradient: tint({ ...alone, attentionGradient: 'value' }),
      ...learningNorms,
    },
    ...derivatives.map(
      (derivative): Approximation => ({
        name: derivativeText(derivative),
        part: 'derivative',
        gradient: tint({ ...alone, derivative }),
        ...learningNorms,
      }),
    ),
    ...(['quad', 'target'] as const).map(
      (lossGradient): Approximation => ({
        name: `${lossGradient} loss gradient`,
        part: 'loss gradient',
        gradient: tint({ ...alone, lossGradient }),
        ...learningNorms,
      }),
    ),
    { name: 'norm biases only', part: 'norms', gradient: exact(), updateNormWeights: false },
    { name: 'TinT', part: 'all', gradient: tint(), updateNormWeights: false },
  ]
}
