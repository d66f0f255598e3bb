import { exact, type GradientChoice, parseDerivative, tint } from '@tintjs/inner'
import type { StepChoices } from '../protocol/choices'
import type { TaskContext } from './performers'

/** The gradient that the page's choices name. */
export function gradientOf({ gradient, derivative, lossGradient }: StepChoices): GradientChoice {
  if (gradient === 'exact') return exact({ lossGradient })
  return tint({
    lossGradient,
    ...(derivative !== 'usual' && { derivative: parseDerivative(derivative) }),
  })
}

/** How many blocks learn. A number that another model had means all of a shallower one. */
export function layersOf({ layers }: StepChoices, blocks: number): number {
  return layers === 'all' ? blocks : Math.min(layers, blocks)
}

const phaseTexts = {
  forward: 'reading the text',
  backward: 'learning: backward and descent',
  'forward again': 'reading again with what it learned',
} as const

/** A step's progress in plain words. @param before what to say in front, such as which step it is */
export function stepProgress({ report }: TaskContext, parts: { done: number; of: number; before?: string }) {
  return ({ phase, done, total }: { phase: keyof typeof phaseTexts; done: number; total: number }) =>
    report(`${parts.before ?? ''}${phaseTexts[phase]}`, (parts.done + done / total) / parts.of, 1)
}
