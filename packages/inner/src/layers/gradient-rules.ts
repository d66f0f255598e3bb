import type { Linear } from './layer'

/**
 * How the derivative of a nonlinear function is taken.
 * - `analytic`: exactly, by its formula.
 * - `central`, `forward`: as a finite difference along the gradient `g`, which a transformer can compute with the
 *   function itself (paper, section 3): `N/2 (f(x + g/N) - f(x - g/N))`, or `N (f(x + g/N) - f(x))`, with `N = scale`.
 *   Under `central`, piecewise-linear activations use their exact slope (a gate), as no scale is good at their
 *   kinks; `forward` takes differences everywhere, as the paper's code does.
 */
export type Derivative =
  | { readonly kind: 'analytic' }
  | { readonly kind: 'central' | 'forward'; readonly scale: number }

/** The choices that make a backward pass exact back-propagation or TinT's approximation of it. */
export interface GradientRules {
  /**
   * `full`: through queries, keys and values. `value`: attention probabilities count as constants, so that only
   * values (and the output projection) learn (paper, section 2.3).
   */
  readonly attention: 'value' | 'full'
  readonly derivative: Derivative
  /** Whether a norm's scale learns too, and not its bias only. */
  readonly updateNormWeights: boolean
  /** By how much the bias of a linear learns faster than it should; 1 for all but imitations of faulty code. */
  biasRateMultiplier(leaf: Linear): number
}
