import { InputError } from '@tintjs/tensor'
import { defaultScale } from './gradient-choice'
import type { Derivative } from './gradient-rules'

const defaultScales = { central: defaultScale, forward: 1000 } as const

/**
 * Reads a derivative as people write it: `analytic`, `central`, `central:N`, `forward` or `forward:N`.
 *
 * @throws InputError for anything else
 */
export function parseDerivative(text: string): Derivative {
  if (text === 'analytic') return { kind: 'analytic' }
  const [kind, scaleText, ...rest] = text.split(':')
  if ((kind === 'central' || kind === 'forward') && rest.length === 0) {
    const scale = scaleText === undefined ? defaultScales[kind] : Number(scaleText)
    if (Number.isFinite(scale) && scale > 0 && scaleText !== '') return { kind, scale }
  }
  throw new InputError(
    `The derivative is "${text}"; expected analytic, central:N or forward:N with N above 0.`,
  )
}

/** {@link parseDerivative} undone. */
export function derivativeText(derivative: Derivative): string {
  return derivative.kind === 'analytic' ? 'analytic' : `${derivative.kind}:${derivative.scale}`
}
