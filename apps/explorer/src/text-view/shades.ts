import { gainShade, shadeName, visibleText } from '@tintjs/evaluate/page'

/** What the colours of the text show. */
const shadings = ['gain', 'before', 'after'] as const

/** One of {@link shadings}. */
export type Shading = (typeof shadings)[number]

/** Losses in nats from which a piece of text is coloured. */
export const lossSteps = [0.5, 1.5, 3, 5] as const

/** A piece's losses, summed over its tokens, in nats. */
export interface PieceLosses {
  readonly before: number
  readonly after: number
}

/** The class that colours a piece; none where there is little to show. */
export function shadeOf(shading: Shading, { before, after }: PieceLosses): string {
  if (shading !== 'gain') return shadeName('loss', shading === 'before' ? before : after, lossSteps)
  return gainShade(before - after)
}

/** The losses of the tokens `from` up to, and without, `to`. */
export function lossesOf(
  { before, after }: { readonly before: ArrayLike<number>; readonly after: ArrayLike<number> },
  from: number,
  to: number,
): PieceLosses {
  return { before: sum(before, from, to), after: sum(after, from, to) }
}

function sum(values: ArrayLike<number>, from: number, to: number): number {
  let total = 0
  for (let index = from; index < to; index++) total += values[index] ?? 0
  return total
}

/** A token as it stands in a list: a space is seen too. */
export function visibleToken(text: string): string {
  return visibleText(text).replaceAll(' ', '␣').replaceAll('\n', '')
}
