import * as tf from '@tensorflow/tfjs-core'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { WeightTable } from '../weights/table'
import { SoftmaxRows } from './expected-rows'
import { accumulateHeadYielding, type HeadAccumulator } from './head-slices'
import type { InnerModel } from './inner-model'
import { expectedHeadRows, lossGradientAtHead } from './loss-gradient'
import { predictionLosses } from './prediction-losses'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

const width = 4
/** Three slices where there are many rows, the last a short one. */
const vocabularySize = 2100
const manyRows = 4096
/** The rows that are compared: a few of many. */
const isCompared = (_: unknown, row: number) => row < 3 || row % 97 === 0

/** Numbers from a fixed sequence between -0.5 and 0.5. */
function numbers(count: number, seed: number): Float32Array {
  let state = seed
  return Float32Array.from({ length: count }, () => {
    state = (state * 16807) % 2147483647
    return state / 2147483647 - 0.5
  })
}

/** A model of which only the head is there. */
function headOnly(withBias: boolean, size = 1): InnerModel {
  const vocabulary = { name: 'head.weight', shape: [vocabularySize, width] }
  const bias = { name: 'head.bias', shape: [vocabularySize] }
  const weights = new WeightTable()
  const rows = numbers(vocabularySize * width, 3).map((value) => value * size)
  weights.set(vocabulary, tf.tensor2d(rows, [vocabularySize, width]))
  weights.set(bias, tf.tensor1d(numbers(vocabularySize, 5)))
  const description = {
    family: 'test',
    width,
    heads: 1,
    vocabularySize,
    maximumPositions: 8,
    embedding: { tokens: vocabulary },
    blocks: [],
    head: { vocabulary, ...(withBias ? { bias } : {}) },
  }
  return { description, weights, config: {}, dispose: () => weights.dispose() }
}

/** Softmax, losses and expected rows in double precision, from all logits at once. */
async function reference({ weights, description }: InnerModel, inputs: Float32Array, targets: Int32Array) {
  const head = await weights.get(description.head.vocabulary).data<'float32'>()
  const bias = description.head.bias && (await weights.get(description.head.bias).data<'float32'>())
  const losses = new Float32Array(targets.length)
  const softmaxRows = new Float32Array(targets.length * width)
  const logitRows = new Float32Array(targets.length * width)
  const logits = new Float64Array(vocabularySize)
  targets.forEach((target, row) => {
    if (!isCompared(target, row)) return
    for (let token = 0; token < vocabularySize; token++) {
      logits[token] = bias?.[token] ?? 0
      for (let i = 0; i < width; i++) logits[token]! += head[token * width + i]! * inputs[row * width + i]!
    }
    const largest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
    const total = logits.reduce((sum, value) => sum + Math.exp(value - largest), 0)
    losses[row] = largest + Math.log(total) - logits[target]!
    for (let i = 0; i < width; i++) {
      let [weighted, plain] = [0, 0]
      for (let token = 0; token < vocabularySize; token++) {
        weighted += (Math.exp(logits[token]! - largest) / total) * head[token * width + i]!
        plain += logits[token]! * head[token * width + i]!
      }
      softmaxRows[row * width + i] = weighted
      logitRows[row * width + i] = plain
    }
  })
  return { losses, softmaxRows, logitRows }
}

/** The compared rows of `[rows, columns]`. */
function comparedRows(data: Float32Array, columns: number) {
  const rows = Array.from({ length: data.length / columns }, (_, row) => row).filter(isCompared)
  const values = rows.flatMap((row) => [...data.subarray(row * columns, (row + 1) * columns)])
  return { shape: [rows.length, columns], data: Float32Array.from(values) }
}

describe('the head, slice by slice of the vocabulary', () => {
  it.each([
    ['one slice', 3, false, 1],
    ['one slice with a bias', 3, true, 1],
    ['three slices', manyRows, false, 4],
    ['three slices with a bias', manyRows, true, 4],
    ['three slices of logits in the thousands', manyRows, false, 4000],
  ])('gives losses and expected rows of the whole: %s', async (_, rows, withBias, size) => {
    const inputs = numbers(rows * width, 11)
    const targets = Int32Array.from({ length: rows }, (_, row) => (row * 7919) % vocabularySize)
    await expectBalancedTensors(async () => {
      const model = headOnly(withBias, size)
      const right = await reference(model, inputs, targets)
      const headInput = tf.tensor2d(inputs, [rows, width])
      const predictions = { rows: Int32Array.from(targets.keys()), targets }
      const losses = await predictionLosses(model, headInput, predictions)
      // Losses are differences of logits, which float32 rounds at their own size.
      expectClose(comparedRows(losses, 1), comparedRows(right.losses, 1), {
        absolute: 2e-6 * Math.max(1, size),
      })
      for (const [kind, data] of [
        ['softmax', right.softmaxRows],
        ['quad', right.logitRows],
      ] as const) {
        const found = expectedHeadRows(kind, model, headInput)
        const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
        const values = await found.data<'float32'>()
        found.dispose()
        expectClose(comparedRows(values, width), comparedRows(data, width), {
          absolute: (size > 100 ? 2e-3 : 2e-5) * largest,
        })
      }
      headInput.dispose()
      model.dispose()
    })
  })

  it('leaves rows without a target at zero, and no tensor when it is stopped', async () => {
    const model = headOnly(true)
    const headInput = tf.tensor2d(numbers(3 * width, 2), [3, width])
    const predictions = { rows: Int32Array.of(2), targets: Int32Array.of(77) }
    const gradient = await lossGradientAtHead('softmax', model, headInput, predictions)
    const values = await gradient.data()
    expect([...values.subarray(0, 2 * width)].every((value) => value === 0)).toBe(true)
    expect([...values.subarray(2 * width)].every((value) => value !== 0)).toBe(true)
    gradient.dispose()
    await expectBalancedTensors(async () => {
      const signal = AbortSignal.abort(new Error('enough'))
      for (const kind of ['softmax', 'quad'] as const) {
        await expect(lossGradientAtHead(kind, model, headInput, predictions, signal)).rejects.toThrow(
          'enough',
        )
      }
      await expect(predictionLosses(model, headInput, predictions, signal)).rejects.toThrow('enough')
    })
    headInput.dispose()
    model.dispose()
  })

  it('frees the sums of earlier slices when it is stopped between two', async () => {
    const model = headOnly(false)
    const headInput = tf.tensor2d(numbers(manyRows * width, 2), [manyRows, width])
    await expectBalancedTensors(async () => {
      const stop = new AbortController()
      const rows = new SoftmaxRows()
      let slices = 0
      const stopping: HeadAccumulator = {
        add(slice) {
          rows.add(slice)
          slices++
          if (slices === 2) stop.abort(new Error('enough'))
        },
        dispose: () => rows.dispose(),
      }
      const running = accumulateHeadYielding(model, headInput, stopping, stop.signal)
      await expect(running).rejects.toThrow('enough')
      expect(slices).toBe(2)
      rows.dispose()
    })
    headInput.dispose()
    model.dispose()
  })

  it('counts no loss below 0, and no token that is forbidden by a bias of minus infinity', async () => {
    const forbidden = numbers(vocabularySize, 5).map((value, token) =>
      token < 1100 ? Number.NEGATIVE_INFINITY : value,
    )
    await expectBalancedTensors(async () => {
      const model = headOnly(true, 40)
      const bias = model.description.head.bias!
      const head = await model.weights.get(model.description.head.vocabulary).data<'float32'>()
      const targets = Int32Array.from({ length: manyRows }, (_, row) => 1100 + (row % 1000))
      // Each position points along its target's own row: nearly all probability is there.
      const inputs = Float32Array.from(
        { length: manyRows * width },
        (_, index) => 3 * head[targets[Math.floor(index / width)]! * width + (index % width)]!,
      )
      const headInput = tf.tensor2d(inputs, [manyRows, width])
      const predictions = { rows: Int32Array.from(targets.keys()), targets }
      for (const values of [numbers(vocabularySize, 5), forbidden]) {
        model.weights.set(bias, tf.tensor1d(values))
        const losses = await predictionLosses(model, headInput, predictions)
        expect(losses.every((loss) => loss >= 0 && Number.isFinite(loss))).toBe(true)
      }
      headInput.dispose()
      model.dispose()
    })
  })

  it('gives nothing for no positions', async () => {
    const model = headOnly(true)
    const headInput = tf.tensor2d(numbers(3 * width, 2), [3, width])
    const none = { rows: Int32Array.of(), targets: Int32Array.of() }
    await expectBalancedTensors(async () => {
      expect(await predictionLosses(model, headInput, none)).toEqual(new Float32Array())
      const gradient = await lossGradientAtHead('softmax', model, headInput, none)
      expect([...(await gradient.data())]).toEqual(Array(3 * width).fill(0))
      gradient.dispose()
      const rows = tf.zeros([0, width]) as tf.Tensor2D
      const expected = expectedHeadRows('quad', model, rows)
      expect(expected.shape).toEqual([0, width])
      tf.dispose([rows, expected])
    })
    headInput.dispose()
    model.dispose()
  })
})
