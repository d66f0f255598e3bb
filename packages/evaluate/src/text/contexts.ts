import { InputError } from '@tintjs/tensor'
import type { TokenizedBytes } from './tokenized-text'

/** A window of a text. */
export interface Context {
  /** Which window of the text it is, from 0; the same whatever part of the text is used. */
  readonly id: number
  /** `[N]`, the begin-of-text token included where there is one. */
  readonly tokens: Int32Array
  /** `[N]`, UTF-8 bytes of each token's text; 0 for the begin-of-text token. */
  readonly byteLengths: Int32Array
  /** `[N]`, words that begin in each token's text; 0 for the begin-of-text token. */
  readonly wordStarts: Int32Array
  /** The first token that no window before has; 0 where windows do not overlap. */
  readonly firstNew: number
}

/** How a text is cut. */
export interface ContextOptions {
  /** Tokens in a context, `N`; at least 3. */
  readonly context: number
  /**
   * How many tokens of the text one window begins after the other, from 1 to what a window takes; default that, so that
   * they do not overlap.
   */
  readonly stride?: number | undefined
  /** An id to put in front of each context, which then holds `N - 1` tokens of the text; default none. */
  readonly beginOfText?: number | undefined
  /** Which windows to use, as shares of the text from 0 to 1, e.g. `[0, 0.2]`; default all. */
  readonly part?: readonly [from: number, to: number] | undefined
  /** How many windows to use at most, the first ones; default no limit. */
  readonly limit?: number | undefined
}

/** The windows of a text. */
export interface TextContexts {
  readonly contexts: readonly Context[]
  /** How many windows the whole text has. */
  readonly available: number
}

/**
 * Cuts a text into windows that follow each other, or overlap where the stride is shorter; a last partial one is dropped.
 * Parts that meet, such as `[0, 0.2]` and `[0.2, 1]`, have no window in common and leave none out.
 *
 * @throws InputError for a text shorter than one window, a stride that no window has, and for a part or a limit that leaves none
 */
export function contextsOf(text: TokenizedBytes, options: ContextOptions): TextContexts {
  const { context, beginOfText, part = [0, 1], limit } = options
  checkOptions(context, part, limit)
  const taken = beginOfText === undefined ? context : context - 1
  const { length } = text.ids
  const stride = checkStride(options.stride ?? taken, taken)
  if (length < taken) {
    throw new InputError(
      `The text has ${length} tokens; expected at least ${taken}, as a context takes so many. Use a longer text or a shorter context.`,
    )
  }
  const available = Math.floor((length - taken) / stride) + 1
  const first = windowAt(part[0], available)
  const end = Math.min(windowAt(part[1], available), first + (limit ?? available))
  if (end <= first) {
    throw new InputError(
      `The part ${part[0]}:${part[1]} of the text's ${available} contexts holds none; expected at least one.`,
    )
  }
  const contexts = Array.from({ length: end - first }, (_, index) => {
    const id = first + index
    const start = id * stride
    const noText = beginOfText === undefined ? undefined : 0
    return {
      id,
      tokens: window(text.ids, start, taken, beginOfText),
      byteLengths: window(text.byteLengths, start, taken, noText),
      wordStarts: window(text.wordStarts, start, taken, noText),
      firstNew: id === 0 || stride === taken ? 0 : context - stride,
    }
  })
  return { contexts, available }
}

function checkOptions(
  context: number,
  [from, to]: readonly [number, number],
  limit: number | undefined,
): void {
  if (!Number.isInteger(context) || context < 3) {
    throw new InputError(
      `The context is ${context}; expected a whole number of at least 3: one token to start from, one to learn, one to test.`,
    )
  }
  if (!(from >= 0 && from < to && to <= 1)) {
    throw new InputError(
      `The part of the text is ${from}:${to}; expected two shares from 0 to 1, the first one smaller, e.g. 0:0.2.`,
    )
  }
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1)) {
    throw new InputError(`The limit is ${limit}; expected a whole number of at least 1.`)
  }
}

function checkStride(stride: number, taken: number): number {
  if (Number.isInteger(stride) && stride >= 1 && stride <= taken) return stride
  throw new InputError(
    `The stride is ${stride}; expected a whole number from 1 to ${taken}, the tokens of the text that a context takes.`,
  )
}

/** Rounded, so that 0.2 of 10 windows is 2 whatever 0.2 is in binary. */
function windowAt(share: number, available: number): number {
  return Math.floor(share * available + 1e-9)
}

function window(values: Int32Array, start: number, length: number, before: number | undefined): Int32Array {
  const slice = values.subarray(start, start + length)
  return before === undefined ? slice : Int32Array.of(before, ...slice)
}
