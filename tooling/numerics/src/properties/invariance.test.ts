import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { allParameters, generateTokens, loadInnerModel } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { trainingStep } from '@tintjs/simulate'
import { saveAdaptedCheckpoint } from '@tintjs/simulate/node'
import { useEngine } from '@tintjs/tensor/node'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomAdapter } from '../random-models/adapter'
import { type RandomStep, randomCases, tintGradients } from '../random-models/step'
import { runModel } from '../reference/model'
import { sequenceOf } from '../reference/step'
import { differenceOf, expectAsRight, float32Rounding, lengthOf } from './comparison'
import { hideToken, padAtEnd, padAtStart } from './edited-steps'
import { runsOf } from './runs'
import {
  expectRightStep,
  type FoundStep,
  isNearKink,
  optionsOf,
  rightSteps,
  type Trial,
  takeStep,
  withTrial,
} from './trial'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})
// Whatever was drawn, also where a case was left out halfway.
afterAll(() => expect(tf.memory().numTensors).toBe(0))

const samples = fc.tuple(randomCases(), tintGradients)

/** Tries something on random steps. */
const always = (usualRuns: number, attempt: (trial: Trial, choice: number) => Promise<void>) =>
  fc.assert(
    fc.asyncProperty(samples, fc.nat(1000), ([sample, gradient], choice) =>
      withTrial(sample, gradient, (trial) => attempt(trial, choice)),
    ),
    runsOf(usualRuns),
  )

/** Two steps have the same weights and test losses, to the last bit. */
function expectSame(found: FoundStep, right: FoundStep): void {
  expect(lengthOf(differenceOf(found.lossesAfter, right.lossesAfter))).toBe(0)
  for (const [reference, values] of right.weights) {
    expect(lengthOf(differenceOf(found.weights.get(reference)!, values)), reference.name).toBe(0)
  }
}

describe('a step on a random model', () => {
  it('moves weights in proportion to the rate', async () => {
    await always(10, async (trial) => {
      const once = { ...trial, step: { ...trial.step, steps: 1, chunks: 1 } }
      const single = await takeStep(once)
      const double = await takeStep({ ...once, learningRate: 2 * once.learningRate })
      single.forEach(({ weights }, sequence) => {
        for (const [reference, values] of weights) {
          const before = trial.parameters.get(reference)!
          const change = differenceOf(values, before)
          const twice = differenceOf(double[sequence]!.weights.get(reference)!, before)
          const apart = lengthOf(twice.map((value, index) => value - 2 * change[index]!))
          // Each weight is rounded after its change, and a change that is kept as factors is summed once more.
          const rounding = 8 * float32Rounding * (lengthOf(before) + lengthOf(twice))
          expect(apart, reference.name).toBeLessThanOrEqual(rounding)
        }
      })
    })
  })

  it('is not influenced by a token that nothing looks at, learns from or is tested on', async () => {
    await always(10, async (trial, choice) => {
      const { vocabularySize } = trial.model.description
      const step = hideToken(trial.step, choice)
      fc.pre(step !== undefined)
      const hidden = choice % (step!.tokens[0]!.length - 1)
      const other = {
        ...step!,
        tokens: step!.tokens.map((row) => row.with(hidden, (row[hidden]! + 1) % vocabularySize)),
      }
      const right = await takeStep({ ...trial, step: step! })
      const found = await takeStep({ ...trial, step: other })
      found.forEach((own, sequence) => {
        expectSame(own, right[sequence]!)
      })
    })
  })

  it('does not see what comes later', async () => {
    await always(10, async (trial, choice) => {
      const { tokens, trainLength } = trial.step
      const [{ vocabularySize }, length] = [trial.model.description, tokens[0]!.length]
      const earliest = Math.max(...trainLength)
      const changed = earliest + (choice % (length - earliest))
      const step: RandomStep = {
        ...trial.step,
        tokens: tokens.map((row) =>
          row.map((id, t) => (t < changed ? id : (id + 1 + choice) % vocabularySize)),
        ),
      }
      const right = await takeStep(trial)
      const found = await takeStep({ ...trial, step })
      found.forEach((own, sequence) => {
        for (const logits of ['logitsBefore', 'logitsAfter'] as const) {
          const first = (values: Float32Array) => values.subarray(0, changed * vocabularySize)
          expect(lengthOf(differenceOf(first(own[logits]), first(right[sequence]![logits])))).toBe(0)
        }
        const weights = right[sequence]!
        expectSame({ ...own, lossesAfter: weights.lossesAfter }, weights)
      })
    })
  })

  it('is the same with tokens before and behind that are masked', async () => {
    await always(10, async (trial, choice) => {
      // Where chunks end follows from how many tokens there are.
      const whole = { ...trial, step: { ...trial.step, chunks: 1 } }
      const right = rightSteps(whole)
      fc.pre(!isNearKink(right))
      const padding = 1 + (choice % 3)
      const padded = [padAtEnd(whole.step, padding), padAtStart(whole.step, padding)] as const
      for (const [index, step] of padded.entries()) {
        const found = await takeStep({ ...whole, step })
        found.forEach((own, sequence) => {
          const answer = right[sequence]!
          const start = index === 0 ? 0 : padding * trial.model.description.vocabularySize
          const logits = (values: Float32Array) =>
            values.subarray(start, start + answer.right.logitsBefore.values.length)
          expectRightStep(
            { ...own, logitsBefore: logits(own.logitsBefore), logitsAfter: logits(own.logitsAfter) },
            answer,
            trial.parameters,
          )
        })
      }
    })
  })

  it('leaves a model that is saved and loaded to the last bit', async () => {
    await always(6, async (trial) => {
      const single = firstSequence(trial.step)
      const step = await trainingStep(trial.model, single.tokens, optionsOf({ ...trial, step: single }))
      const folder = await mkdtemp(join(tmpdir(), 'tint-random-'))
      try {
        await saveAdaptedCheckpoint(step.model, folder)
        const loaded = await loadInnerModel(folderSource(folder), { adapters: [randomAdapter] })
        const references = allParameters(trial.model.description)
        for (const [index, reference] of allParameters(loaded.description).entries()) {
          const own = step.model.weight(references[index]!)
          const found = await loaded.weights.get(reference).data<'float32'>()
          expect(lengthOf(differenceOf(found, await own.data<'float32'>())), reference.name).toBe(0)
          own.dispose()
        }
        loaded.dispose()
      } finally {
        step.dispose()
        await rm(folder, { recursive: true, force: true })
      }
    })
  })
})

/** A step of the first sequence alone. */
function firstSequence(step: RandomStep): RandomStep {
  const { tokens, trainLength } = step
  return {
    ...step,
    tokens: tokens.slice(0, 1),
    trainLength: trainLength.slice(0, 1),
    trainMask: step.trainMask?.slice(0, 1),
    testMask: step.testMask?.slice(0, 1),
    attentionMask: step.attentionMask?.slice(0, 1),
    positionIds: step.positionIds?.slice(0, 1),
  }
}

describe('text that a random model writes, with keys and values kept', () => {
  it('is what it finds likeliest with all of the text before it', async () => {
    await always(8, async ({ model, parameters, step }) => {
      const { description } = model
      const prompt = step.tokens[0]!
      const { tokens } = await generateTokens(model, prompt, { temperature: 0, maxNewTokens: 4 })
      const text = [...prompt, ...tokens]
      const input = sequenceOf(
        { ...step, tokens: [text], positionIds: undefined, attentionMask: undefined },
        0,
      )
      const rules = { derivative: { kind: 'analytic' }, constantAttention: true, biasRate: () => 1 } as const
      const right = runModel(description, parameters, input, rules).logits
      const rounded = runModel(description, parameters, input, { ...rules, round: Math.fround }).logits
      for (const [index, token] of tokens.entries()) {
        const row = prompt.length - 1 + index
        const logits = (of: typeof right) => of.values.subarray(row * of.columns, (row + 1) * of.columns)
        // The likeliest, or one that rounding cannot tell from it.
        const largest = Math.max(...logits(right))
        const resolution = float32Rounding * lengthOf(right.values)
        const answer = {
          right: [largest],
          rounded: [largest + lengthOf(differenceOf(rounded.values, right.values))],
        }
        expectAsRight([logits(right)[token]!], { ...answer, resolution }, `token ${index}`)
      }
    })
  })
})
