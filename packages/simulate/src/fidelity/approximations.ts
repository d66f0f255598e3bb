import { type Derivative, derivativeText, exact, type GradientChoice, tint } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'
import { fused } from '../fused-execution'
import type { Execution } from '../step-execution'
import { literalOnce } from './literal-once'

/** Which part of TinT's step an approximation changes; `all` is the step as {@link tint} has it. */
export type ApproximatedPart = 'attention' | 'derivative' | 'loss gradient' | 'norms' | 'all'

/** A step to be compared with another one, the reference. */
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

/** What other steps are compared with unless told otherwise: nothing is approximated, and scales of norms learn as their biases do. */
export const exactStep: Approximation = {
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

/** TinT's step but for its derivatives, which are exact: what derivatives alone are compared with in a simulator. */
export const exactDerivatives: Approximation = {
  name: 'TinT with exact derivatives',
  part: 'all',
  gradient: tint({ derivative: { kind: 'analytic' } }),
  updateNormWeights: false,
}

/**
 * Each derivative as the fused execution takes it and as a simulator does, in TinT's step with all else as it is; to be
 * compared with {@link exactDerivatives}. A simulator subtracts two rounded values of a function, and stores rounded
 * weights; the first approximation is exact but for such weights, so that both can be told apart.
 *
 * @param derivatives which ones to try
 * @throws InputError for `analytic`, which a simulator cannot take
 */
export function derivativeApproximations(
  derivatives: readonly Derivative[] = usualDerivatives,
): readonly Approximation[] {
  if (derivatives.some(({ kind }) => kind === 'analytic')) {
    throw new InputError(
      'The derivative is analytic, which a simulator cannot take; expected central:N or forward:N in literal execution.',
    )
  }
  const { gradient, updateNormWeights } = exactDerivatives
  return [
    { name: 'rounded weights alone', part: 'derivative', gradient, updateNormWeights, execution: fused() },
    ...derivatives.flatMap((derivative): Approximation[] => {
      const fusedOne: Approximation = {
        name: `${derivativeText(derivative)}, fused`,
        part: 'derivative',
        gradient: tint({ derivative }),
        updateNormWeights,
      }
      const name = `${derivativeText(derivative)}, literal`
      return [fusedOne, { ...fusedOne, name, execution: literalOnce({ gradient: fusedOne.gradient }) }]
    }),
  ]
}
