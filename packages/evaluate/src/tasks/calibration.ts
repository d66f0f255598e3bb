import { InputError } from '@tintjs/tensor'
import type { TokenizedQuestion } from './tokenized'

/** What answers are compared with. */
export const calibrations = ['none', 'sfc', 'icl-sfc'] as const
/**
 * Words of the same meaning compete for probability, and some are likelier whatever is asked (surface-form competition).
 * `sfc` divides by each word's probability after the question about nothing, as the model itself has it; `icl-sfc` by
 * that after the demonstrations and the question about nothing, with what was learned.
 */
export type Calibration = (typeof calibrations)[number]

/**
 * The label that is predicted: the likeliest word, or with a baseline the one that gained the most on it.
 *
 * @param scores log-probability of each answer
 * @param baseline the same in the context that is compared with, or null
 * @returns undefined where a number is not finite; of equals, the first
 */
export function predictedLabel(
  scores: readonly number[],
  baseline: readonly number[] | null,
): number | undefined {
  const calibrated = scores.map((score, label) => score - (baseline?.[label] ?? 0))
  if (!calibrated.every(Number.isFinite)) return undefined
  return calibrated.indexOf(Math.max(...calibrated))
}

/**
 * Checks that a calibration can be used: it compares the probabilities of single tokens, as later tokens of a longer word
 * have next to no competition.
 *
 * @param words the words of the labels
 * @throws InputError for a word of more than one token
 */
export function checkCalibration(
  calibration: Calibration,
  question: TokenizedQuestion,
  words: readonly string[],
  template: string,
): void {
  if (calibration === 'none') return
  const long = question.answers.findIndex(({ tokens }) => tokens.length !== 1)
  if (long === -1) return
  throw new InputError(
    `The label word ${JSON.stringify(words[long])} of template ${template} is ${question.answers[long]?.tokens.length} tokens to this model's tokenizer; ` +
      `expected words of one token for the calibration ${calibration}. Give a template with other words, or the calibration none.`,
  )
}
