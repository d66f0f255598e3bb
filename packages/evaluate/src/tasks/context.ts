import type { MaskOptions } from '@tintjs/inner'
import type { Demonstration } from './tokenized'

/** How demonstrations stand to each other. */
export const arrangements = ['single', 'separate'] as const
/** `single`: one after the other in one context; `separate`: each sees itself alone, with positions from 0. */
export type Arrangement = (typeof arrangements)[number]

/** What a question sees besides itself and what was learned. */
export const views = ['demonstrations', 'itself'] as const
export type View = (typeof views)[number]

/** What tokens the training loss is of. */
export const losses = ['whole', 'labels'] as const
/** `whole`: all tokens that are predicted; `labels`: those of the answers alone. */
export type Loss = (typeof losses)[number]

/** Demonstrations one after the other. */
export interface DemonstrationContext {
  readonly arrangement: Arrangement
  readonly tokens: Int32Array
  /** For each token: 1 where it is of an answer. */
  readonly isAnswer: Uint8Array
  /** For each token: where the context that it is in starts. */
  readonly contextStart: Int32Array
}

/** How demonstrations become a context. */
export interface ContextLayout {
  readonly arrangement: Arrangement
  /** The id in front of each context; none by default. */
  readonly beginOfText?: number | undefined
}

/** Puts demonstrations into a context, or into one for each. */
export function demonstrationContext(
  demonstrations: readonly Demonstration[],
  { arrangement, beginOfText }: ContextLayout,
): DemonstrationContext {
  const begin = beginOfText === undefined ? [] : [beginOfText]
  const tokens: number[] = []
  const isAnswer: number[] = []
  const contextStart: number[] = []
  demonstrations.forEach((demonstration, index) => {
    const starts = index === 0 || arrangement === 'separate'
    const start = starts ? tokens.length : 0
    const opening = starts ? begin : []
    tokens.push(...opening, ...demonstration.tokens)
    isAnswer.push(...opening.map(() => 0), ...demonstration.isAnswer)
    while (contextStart.length < tokens.length) contextStart.push(start)
  })
  return {
    arrangement,
    tokens: Int32Array.from(tokens),
    isAnswer: Uint8Array.from(isAnswer),
    contextStart: Int32Array.from(contextStart),
  }
}

/** For each token: 1 where the training loss is of it. What nothing comes before in its context is predicted by nothing. */
export function trainingTargets({ isAnswer, contextStart }: DemonstrationContext, loss: Loss): Uint8Array {
  return isAnswer.map((answer, index) => {
    if (contextStart[index] === index) return 0
    return loss === 'whole' ? 1 : answer
  })
}

/**
 * Which token sees which, and where tokens stand, when a context is followed by more tokens.
 *
 * @param view what the tokens that follow see: the demonstrations, and stand after them, or themselves from position 0
 * @param length tokens of all
 * @returns nothing for a single context, where every token sees all before it
 */
export function maskOf(
  { arrangement, contextStart }: DemonstrationContext,
  view: View,
  length: number,
): MaskOptions {
  const count = contextStart.length
  if (arrangement === 'single' && view === 'demonstrations') return {}
  const follows = view === 'demonstrations' ? 0 : count
  const startOf = (row: number) => (row < count ? (contextStart[row] ?? 0) : follows)
  const attentionMask = Array.from({ length }, (_, row) =>
    new Uint8Array(length).fill(1, startOf(row), row + 1),
  )
  const positionIds = Int32Array.from({ length }, (_, row) => row - startOf(row))
  return { attentionMask, positionIds }
}

/** What room a context has. */
export interface ContextRoom extends ContextLayout {
  readonly view: View
  readonly maximumPositions: number
}

/**
 * How many demonstrations there is room for, the last ones; each is there as a whole or not at all, and the question
 * always is.
 *
 * @param questionLength the most tokens of what is asked after them
 */
export function countFittingDemonstrations(
  demonstrations: readonly Demonstration[],
  questionLength: number,
  { arrangement, beginOfText, view, maximumPositions }: ContextRoom,
): number {
  if (view === 'itself' && arrangement === 'separate') return demonstrations.length
  const begin = beginOfText === undefined ? 0 : 1
  // Room for one token after them, where the question is elsewhere.
  let room = maximumPositions - (view === 'demonstrations' ? questionLength : 1)
  if (arrangement === 'single') room -= begin
  let count = 0
  for (const { tokens } of demonstrations.toReversed()) {
    room -= tokens.length + (arrangement === 'separate' ? begin : 0)
    if (room < 0) break
    count++
  }
  return count
}
