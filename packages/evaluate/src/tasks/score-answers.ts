import { type InnerModel, type MaskOptions, type ParameterValues, scorePredictions } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'
import { type ContextRoom, type DemonstrationContext, maskOf } from './context'
import type { TokenizedAnswer, TokenizedQuestion } from './tokenized'

/** What comes before a question. */
export interface Prefix {
  readonly tokens: Int32Array
  /** Masks of the prefix and what follows it. @param length tokens of both */
  readonly masks: (length: number) => MaskOptions
}

/** What a question sees before it: the demonstrations, or only the token that begins a text where there is one. */
export function prefixOf(
  context: DemonstrationContext,
  { view, beginOfText }: Pick<ContextRoom, 'view' | 'beginOfText'>,
): Prefix {
  if (view === 'demonstrations' && context.tokens.length > 0) {
    return { tokens: context.tokens, masks: (length) => maskOf(context, view, length) }
  }
  return { tokens: Int32Array.from(beginOfText === undefined ? [] : [beginOfText]), masks: () => ({}) }
}

/** How answers are scored. */
export interface ScoringOptions {
  readonly prefix: Prefix
  /** The model's own by default, or what was learned: once for all questions, or for each of them. */
  readonly parameters?: ParameterValues | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * How likely each answer of each question is: the summed log-probability of its tokens, in nats. Questions of different
 * lengths are one batch; what fills up the shorter ones comes after all that is asked and has no influence on it.
 *
 * @returns for each question, for each of its answers
 */
export async function scoreAnswers(
  model: InnerModel,
  questions: readonly TokenizedQuestion[],
  options: ScoringOptions,
): Promise<number[][]> {
  const scores = questions.map(({ answers }) => answers.map(() => Number.NaN))
  const readings = questions.map(({ answers }) => readingsOf(answers))
  const rounds = Math.max(...readings.map(({ length }) => length))
  for (let round = 0; round < rounds; round++) {
    // Every question has its place in each batch, as what was learned may be its own.
    const batch = readings.map((reading) => reading[Math.min(round, reading.length - 1)] ?? noReading)
    const losses = await scoreReadings(model, batch, options)
    batch.forEach(({ answers }, question) => {
      for (const { index } of answers) {
        const row = scores[question]
        if (row) row[index] = -(losses[question]?.get(index) ?? Number.NaN)
      }
    })
  }
  return scores
}

/** Tokens to read, which serve one or several answers: all whose tokens are these but for the last one. */
interface Reading {
  readonly tokens: readonly number[]
  readonly answers: readonly { readonly index: number; readonly tokens: Int32Array }[]
}

const noReading: Reading = { tokens: [], answers: [] }

function readingsOf(answers: readonly TokenizedAnswer[]): Reading[] {
  const readings = new Map<string, { tokens: number[]; answers: { index: number; tokens: Int32Array }[] }>()
  answers.forEach(({ context, tokens }, index) => {
    const read = [...context, ...tokens.subarray(0, -1)]
    // Equal tokens may still be divided otherwise into context and answer; the answers then start elsewhere, no more.
    const key = read.join()
    const reading = readings.get(key) ?? { tokens: read, answers: [] }
    reading.answers.push({ index, tokens })
    readings.set(key, reading)
  })
  return [...readings.values()]
}

/** @returns for each reading, the summed loss of each of its answers by index */
async function scoreReadings(
  model: InnerModel,
  readings: readonly Reading[],
  { prefix, parameters, signal }: ScoringOptions,
): Promise<Map<number, number>[]> {
  const length = prefix.tokens.length + Math.max(...readings.map(({ tokens }) => tokens.length))
  const sequences = readings.map(({ tokens }) => {
    const sequence = new Int32Array(length)
    sequence.set(prefix.tokens)
    sequence.set(tokens, prefix.tokens.length)
    return sequence
  })
  const rows: number[] = []
  const targets: number[] = []
  readings.forEach(({ tokens, answers }, sequence) => {
    const end = prefix.tokens.length + tokens.length
    for (const answer of answers) {
      const first = end - answer.tokens.length
      if (first < 0) {
        throw new InputError(
          'A question is no token long before its answer; expected at least one, to predict the answer from. Let the template ask something, or begin texts with a token.',
        )
      }
      answer.tokens.forEach((target, place) => {
        rows.push(sequence * length + first + place)
        targets.push(target)
      })
    }
  })
  const losses = await scorePredictions(
    model,
    sequences,
    { rows: Int32Array.from(rows), targets: Int32Array.from(targets) },
    { ...prefix.masks(length), parameters, signal },
  )
  let next = 0
  return readings.map(({ answers }) => {
    const sums = new Map<number, number>()
    for (const { index, tokens } of answers) {
      const own = losses.subarray(next, next + tokens.length)
      next += tokens.length
      sums.set(
        index,
        own.reduce((sum, loss) => sum + loss, 0),
      )
    }
    return sums
  })
}
