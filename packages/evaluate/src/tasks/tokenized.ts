import type { Tokenizer } from '@tintjs/inner'
import type { Question } from './template'

/** Between a demonstration and what follows it. */
const separator = '\n\n'

/** A question with its right answer, as tokens. */
export interface Demonstration {
  /** The line break after it included. */
  readonly tokens: Int32Array
  /** For each token: 1 where it is of the answer's word. */
  readonly isAnswer: Uint8Array
}

/** One of a question's answers, as tokens. */
export interface TokenizedAnswer {
  /** The tokens before the answer. */
  readonly context: Int32Array
  /** The answer's, at least one. */
  readonly tokens: Int32Array
}

/** A question as tokens. */
export interface TokenizedQuestion {
  /** For each label. */
  readonly answers: readonly TokenizedAnswer[]
  /** The most tokens that a model has to read for an answer: all but the answer's last. */
  readonly length: number
}

type TextTokenizer = Pick<Tokenizer, 'tokenize'>

/**
 * Question and answer are one text for the tokenizer, so that they join as in any text: a space belongs to the word, and
 * a token that holds the end of the question as well as the start of the word is the answer's.
 */
export function tokenizeDemonstration(
  tokenizer: TextTokenizer,
  { prompt, answers }: Question,
  label: number,
): Demonstration {
  const answer = answers[label] ?? ''
  const { ids, starts, ends } = tokenizer.tokenize(prompt + answer + separator)
  const isAnswer = Uint8Array.from(ids, (_, index) => {
    const after = (ends[index] ?? 0) > prompt.length
    return after && (starts[index] ?? 0) < prompt.length + answer.length ? 1 : 0
  })
  return { tokens: ids, isAnswer }
}

/** A question with each of its answers, joined as {@link tokenizeDemonstration} does. */
export function tokenizeQuestion(tokenizer: TextTokenizer, { prompt, answers }: Question): TokenizedQuestion {
  const tokenized = answers.map((answer): TokenizedAnswer => {
    const { ids, ends } = tokenizer.tokenize(prompt + answer)
    const found = ends.findIndex((end) => end > prompt.length)
    const first = found === -1 ? ids.length - 1 : found
    return { context: ids.subarray(0, first), tokens: ids.subarray(first) }
  })
  return {
    answers: tokenized,
    length: Math.max(...tokenized.map(({ context, tokens }) => context.length + tokens.length - 1)),
  }
}
