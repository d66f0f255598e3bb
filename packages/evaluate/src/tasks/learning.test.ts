import * as tf from '@tensorflow/tfjs-core'
import { type InnerModel, initialiseInnerModel, scoreTokens } from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { exact, tint, trainingStep } from '@tintjs/simulate'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors } from '@tintjs/tensor/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Arrangement, demonstrationContext, type Loss, type View } from './context'
import { learnDemonstrations, learnQuestions } from './learn-context'
import { prefixOf, scoreAnswers } from './score-answers'
import type { Demonstration, TokenizedQuestion } from './tokenized'

let model: InnerModel
beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  const config = { model_type: 'gpt2', n_embd: 16, n_head: 2, n_layer: 2, n_positions: 48, vocab_size: 23 }
  model = initialiseInnerModel(gpt2, config, 5)
})
afterAll(() => model.dispose())

const ids = (count: number, seed: number) =>
  Int32Array.from({ length: count }, (_, index) => (seed * 7 + index * index * 5 + index) % 23)

const demonstration = (length: number, seed: number): Demonstration => ({
  tokens: ids(length, seed),
  isAnswer: Uint8Array.from({ length }, (_, index) => (index === length - 2 ? 1 : 0)),
})

const demonstrations = [demonstration(5, 1), demonstration(7, 2), demonstration(4, 3)]

/** Answers of one token, and of two that begin alike or not. */
const question = (length: number, seed: number): TokenizedQuestion => {
  const context = ids(length, seed)
  const answers = [[3], [4, 9], [4, 2], [6]].map((tokens) => ({ context, tokens: Int32Array.from(tokens) }))
  return { answers, length: length + 1 }
}
const questions = [question(6, 4), question(3, 5), question(9, 6)]

const room = (arrangement: Arrangement, view: View, beginOfText?: number) => ({
  arrangement,
  view,
  beginOfText,
})
const rates = { learningRate: 0.05, steps: 1, layers: 2, updateNormWeights: false }

/** Each answer scored on its own, from the losses of the whole text. */
async function plainScores(before: readonly number[], asked: TokenizedQuestion): Promise<number[]> {
  const scores: number[] = []
  for (const { context, tokens } of asked.answers) {
    const [score] = await scoreTokens(model, [...before, ...context, ...tokens])
    scores.push(-score!.tokenLosses.slice(-tokens.length).reduce((sum, loss) => sum + loss, 0))
  }
  return scores
}

function expectNear(found: readonly (readonly number[])[], wanted: readonly (readonly number[])[]): void {
  for (const [index, row] of found.entries()) {
    for (const [at, value] of row.entries()) expect(value).toBeCloseTo(wanted[index]![at]!, 4)
  }
}

describe('scoreAnswers', () => {
  it('sums the log-probabilities of the words, as a plain loop does, for questions of different lengths', async () => {
    for (const [arrangement, view] of [
      ['single', 'demonstrations'],
      ['single', 'itself'],
    ] as const) {
      const context = demonstrationContext(demonstrations, room(arrangement, view, 1))
      const prefix = prefixOf(context, room(arrangement, view, 1))
      const found = await expectBalancedTensors(() => scoreAnswers(model, questions, { prefix }))
      const before = view === 'itself' ? [1] : [...context.tokens]
      expectNear(found, await Promise.all(questions.map((asked) => plainScores(before, asked))))
    }
  })

  it('gives questions one by one what it gives them together', async () => {
    for (const arrangement of ['single', 'separate'] as const) {
      const layout = room(arrangement, 'demonstrations')
      const prefix = prefixOf(demonstrationContext(demonstrations, layout), layout)
      const together = await scoreAnswers(model, questions, { prefix })
      const alone = []
      for (const asked of questions) alone.push(...(await scoreAnswers(model, [asked], { prefix })))
      expectNear(together, alone)
    }
  })
})

type Gradient = 'exact' | 'tint'
const gradients = { exact: exact(), tint: tint() }

/** What learning adds to every weight. */
async function changes(
  shown: readonly Demonstration[],
  arrangement: Arrangement,
  loss: Loss,
  gradient: Gradient,
) {
  const context = demonstrationContext(shown, room(arrangement, 'demonstrations', 1))
  const options = { ...rates, gradient: gradients[gradient] }
  const adapted = await learnDemonstrations(model, context, loss, options)
  const before = await trainingStep(model, [1, 2, 3], { trainLength: 2, learningRate: 0, gradient: exact() })
  const found = adapted.updatedWeights().map(({ name, materialise }, index) =>
    tf.tidy(() => {
      const original = before.model.updatedWeights()[index]
      expect(original!.name).toBe(name)
      return tf.sub(materialise(), original!.materialise()).dataSync()
    }),
  )
  adapted.dispose()
  before.dispose()
  return found
}

describe('learnDemonstrations', () => {
  it.each(['exact', 'tint'] as const)('in one context is the training step, by %s', async (name) => {
    const context = demonstrationContext(demonstrations, room('single', 'demonstrations'))
    const options = { ...rates, gradient: gradients[name] }
    const adapted = await expectBalancedTensors(async () => {
      const learned = await learnDemonstrations(model, context, 'whole', options)
      const layout = room('single', 'demonstrations')
      const scores = await scoreAnswers(model, questions, {
        prefix: prefixOf(context, layout),
        parameters: learned.parameters,
      })
      learned.dispose()
      return scores
    })
    for (const [index, { answers }] of questions.entries()) {
      const { context: asked, tokens } = answers[1]!
      const whole = [...context.tokens, ...asked, ...tokens]
      const step = await trainingStep(model, whole, { ...options, trainLength: context.tokens.length })
      const losses = step.sequences[0]!.tokenLossesAfter.slice(-tokens.length)
      step.dispose()
      expect(adapted[index]![1]).toBeCloseTo(-losses.reduce((sum, loss) => sum + loss, 0), 4)
    }
  })

  it.each([
    ['exact', 'whole'],
    ['exact', 'labels'],
    ['tint', 'whole'],
    ['tint', 'labels'],
  ] as const)('in separate contexts sums what each teaches alone, by %s of %s', async (gradient, loss) => {
    const together = await changes(demonstrations, 'separate', loss, gradient)
    const alone: ArrayLike<number>[][] = []
    for (const shown of demonstrations) alone.push(await changes([shown], 'single', loss, gradient))
    let largest = 0
    for (const [weight, values] of together.entries()) {
      for (const [place, value] of values.entries()) {
        const sum = alone.reduce((total, own) => total + own[weight]![place]!, 0)
        expect(Math.abs(value - sum)).toBeLessThan(3e-5)
        largest = Math.max(largest, Math.abs(value))
      }
    }
    expect(largest).toBeGreaterThan(1e-2)
  })

  it('learns another thing where demonstrations see each other', async () => {
    const separate = await changes(demonstrations, 'separate', 'labels', 'exact')
    const single = await changes(demonstrations, 'single', 'labels', 'exact')
    const gap = separate.flatMap((values, weight) =>
      [...values].map((value, at) => Math.abs(value - single[weight]![at]!)),
    )
    expect(Math.max(...gap)).toBeGreaterThan(1e-3)
  })
})

describe('learnQuestions', () => {
  it('learns from each question for itself, whatever the others are', async () => {
    const options = { ...rates, gradient: tint() }
    const layout = room('single', 'demonstrations', 1)
    const prefix = prefixOf(demonstrationContext([], layout), layout)
    const answer = async (asked: readonly TokenizedQuestion[]) =>
      expectBalancedTensors(async () => {
        const adapted = await learnQuestions(model, asked, 1, options)
        const scores = await scoreAnswers(model, asked, { prefix, parameters: adapted.parameters })
        adapted.dispose()
        return scores
      })
    const together = await answer(questions)
    const alone = []
    for (const asked of questions) alone.push(...(await answer([asked])))
    expectNear(together, alone)
    const unlearned = await scoreAnswers(model, questions, { prefix })
    expect(Math.abs(together[0]![0]! - unlearned[0]![0]!)).toBeGreaterThan(1e-3)
  })
})
