import type { LossGradient } from '../model/loss-gradient'
import type { Derivative, GradientRules } from './gradient-rules'

/**
 * Which back-propagation a training step does. {@link tint} and {@link exact} are two sets of the same choices.
 */
export interface GradientChoice {
  readonly name: 'tint' | 'exact'
  readonly attentionGradient: GradientRules['attention']
  readonly derivative: Derivative
  readonly lossGradient: LossGradient
  /** Reproduce what the authors' released code does where it differs from the paper; see {@link TintOptions}. */
  readonly compatibility?: 'authors-code' | undefined
}

/** The scale of `central` differences that is accurate to 0.02 % of the loss change on all golden cases. */
export const defaultScale = 100

/** What can be changed about TinT's gradient. */
export interface TintOptions {
  /** Default `value`: attention probabilities are constants of the backward pass (paper, section 2.3). */
  readonly attentionGradient?: GradientRules['attention'] | undefined
  /** Default `central:100` (`central:1000` for `quad`), exact slopes for piecewise-linear activations; see {@link Derivative}. */
  readonly derivative?: Derivative | undefined
  /** Default `softmax`. */
  readonly lossGradient?: LossGradient | undefined
  /**
   * `authors-code`: the bias of a linear that is wider at its input than the model (the MLP's output) learns as many
   * times faster as it has chunks of the model's width, 4 in GPT-2 and OPT, a defect of the released code; and the
   * default derivative is that code's `forward:1000`.
   */
  readonly compatibility?: 'authors-code' | undefined
}

/** TinT's gradient: the approximations that its transformer computes (paper, sections 2 and 3). */
export function tint(options: TintOptions = {}): GradientChoice {
  const lossGradient = options.lossGradient ?? 'softmax'
  return {
    name: 'tint',
    attentionGradient: options.attentionGradient ?? 'value',
    derivative: options.derivative ?? usualDerivative(lossGradient, options.compatibility),
    lossGradient,
    compatibility: options.compatibility,
  }
}

/** The quadratic loss has gradients some ten times larger, so that its differences need a finer scale. */
function usualDerivative(
  lossGradient: LossGradient,
  compatibility: TintOptions['compatibility'],
): Derivative {
  if (compatibility === 'authors-code') return { kind: 'forward', scale: 1000 }
  return { kind: 'central', scale: lossGradient === 'quad' ? 10 * defaultScale : defaultScale }
}

/** Full back-propagation with exact derivatives: dynamic evaluation, the baseline. */
export function exact(options: Pick<TintOptions, 'lossGradient'> = {}): GradientChoice {
  return {
    name: 'exact',
    attentionGradient: 'full',
    derivative: { kind: 'analytic' },
    lossGradient: options.lossGradient ?? 'softmax',
  }
}

/** The rules of the backward walk for a choice of gradient. */
export function gradientRules(
  { attentionGradient, derivative, compatibility }: GradientChoice,
  updateNormWeights: boolean,
  width: number,
): GradientRules {
  return {
    attention: attentionGradient,
    derivative,
    updateNormWeights,
    biasRateMultiplier: ({ inputWidth }) =>
      compatibility === 'authors-code' ? Math.ceil(inputWidth / width) : 1,
  }
}
