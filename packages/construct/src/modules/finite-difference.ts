import type { FiniteDifference } from '@tintjs/inner'
import type { SlotTerm } from '../operators/cross-head-linear'

/**
 * A finite difference in terms of slots: two arguments of a function, and how its two values become the derivative along
 * a gradient `g`: `N/2 (f(x + g/N) - f(x - g/N))`, or `N (f(x + g/N) - f(x))`.
 */
export interface DifferenceTerms {
  /** Makes the arguments, in slots 0 and 1. */
  readonly arguments: readonly SlotTerm[]
  /** Makes the derivative of the values in those slots, in slot 0. */
  readonly derivative: readonly SlotTerm[]
}

/** The terms of a difference at the value in one slot along the gradient in another. */
export function differenceTerms(
  { kind, scale }: FiniteDifference,
  { at, along }: { readonly at: number; readonly along: number },
): DifferenceTerms {
  const ahead: SlotTerm[] = [
    { into: 0, from: at },
    { into: 0, from: along, coefficient: 1 / scale },
  ]
  const factor = kind === 'central' ? scale / 2 : scale
  const derivative: SlotTerm[] = [
    { into: 0, from: 0, coefficient: factor },
    { into: 0, from: 1, coefficient: -factor },
  ]
  const behind: SlotTerm[] = [{ into: 1, from: at }]
  if (kind === 'central') behind.push({ into: 1, from: along, coefficient: -1 / scale })
  return { arguments: [...ahead, ...behind], derivative }
}
