import * as tf from '@tensorflow/tfjs-core'
import { InputError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors } from '@tintjs/tensor/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toy, vocabulary } from '../test-support/toy-model'
import { modelLogits } from './forward'
import { initialiseInnerModel } from './initialise'
import type { InnerModel } from './inner-model'
import { scorePredictions, scoreTokens } from './score'

let model: InnerModel
beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  model = initialiseInnerModel(toy, {}, 4)
})
afterAll(() => model.dispose())

const sequences = [
  [1, 5, 9, 2],
  [3, 3, 7, 10],
]
const predictions = (rows: number[], targets: number[]) => ({
  rows: Int32Array.from(rows),
  targets: Int32Array.from(targets),
})

describe('scorePredictions', () => {
  it('scores the tokens that follow as scoreTokens does', async () => {
    const scores = await scoreTokens(model, sequences)
    const all = predictions([0, 1, 2, 4, 5, 6], [5, 9, 2, 3, 7, 10])
    const found = await expectBalancedTensors(() => scorePredictions(model, sequences, all))
    expect([...found]).toEqual(scores.flatMap(({ tokenLosses }) => [...tokenLosses]))
  })

  it('scores any token after a place: all of a vocabulary have the probability 1 together', async () => {
    const rows = Array<number>(vocabulary).fill(6)
    const found = await scorePredictions(model, sequences, predictions(rows, [...rows.keys()]))
    expect(found.reduce((sum, loss) => sum + Math.exp(-loss), 0)).toBeCloseTo(1, 5)
    const logits = await modelLogits(model, sequences)
    const row = tf.tidy(() => tf.logSoftmax(tf.slice(logits, [1, 2, 0], [1, 1, vocabulary])).dataSync())
    logits.dispose()
    found.forEach((loss, token) => {
      expect(loss).toBeCloseTo(-(row[token] ?? 0), 5)
    })
  })

  it('takes a single token, as it predicts the next one', async () => {
    const [loss] = await scorePredictions(model, [4], predictions([0], [2]))
    expect(loss).toBeGreaterThan(0)
  })

  it.each([
    [predictions([8], [1]), /of row 8; expected rows from 0 to 7/],
    [predictions([-1], [1]), /of row -1/],
    [predictions([0], [vocabulary]), /has the target 11, which is outside the vocabulary/],
    [predictions([0, 1], [1]), /2 rows and 1 targets/],
  ])('refuses what is not there', async (wrong, words) => {
    const scoring = expectBalancedTensors(() => scorePredictions(model, sequences, wrong))
    await expect(scoring).rejects.toThrow(words)
    await expect(scoring).rejects.toThrow(InputError)
  })
})
