import { type GradientChoice, tint } from '@tintjs/inner'
import type { StepChoices } from '../protocol/choices'
import { gradientOf } from './step-options'

/**
 * The gradient that a simulator follows for the page's choices. Where they name one that no simulator computes, exact
 * back-propagation or analytic derivatives, it is TinT's with the usual derivative.
 */
export function simulatedGradient(choices: StepChoices): GradientChoice {
  const gradient = gradientOf({ ...choices, gradient: 'tint' })
  return gradient.derivative.kind === 'analytic' ? tint({ lossGradient: gradient.lossGradient }) : gradient
}
