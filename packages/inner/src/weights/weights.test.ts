import * as tf from '@tensorflow/tfjs-core'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Linear } from '../layers/layer'
import { linearArithmetic } from '../layers/linear'
import { cheaperUpdateForm, LearnedParameters, type UpdateForm } from './learned'
import {
  parameterShape,
  parameterSize,
  readParameter,
  type WeightReference,
  writeParameter,
} from './reference'
import { WeightTable } from './table'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

/** Ways in which checkpoints store a part of a matrix or a vector. */
const stored = fc
  .record({
    rows: fc.integer({ min: 1, max: 4 }),
    columns: fc.integer({ min: 1, max: 4 }),
    parts: fc.integer({ min: 1, max: 3 }),
  })
  .chain(({ rows, columns, parts }) =>
    fc
      .record({ index: fc.integer({ min: 0, max: parts - 1 }), transposed: fc.boolean() })
      .chain(({ index, transposed }) =>
        fc.constantFrom<WeightReference>(
          { name: 'whole', shape: [rows, columns], transposed },
          {
            name: 'side by side',
            shape: [rows, columns * parts],
            transposed,
            part: { view: [rows, columns * parts], axis: 1, start: index * columns, size: columns },
          },
          {
            name: 'interleaved heads',
            shape: [rows * parts * 2, columns],
            transposed,
            part: { view: [rows, parts, 2, columns], axis: 1, start: index, size: 1 },
          },
          {
            name: 'vector',
            shape: [rows * parts],
            part: { view: [parts, rows], axis: 0, start: index, size: 1 },
          },
        ),
      ),
  )

const counting = (shape: readonly number[]) => {
  const size = shape.reduce((total, value) => total * value, 1)
  return tf.reshape(tf.range(0, size), [...shape])
}

describe('references', () => {
  it('read what they write, and leave the rest of the tensor as it was', () => {
    fc.assert(
      fc.property(stored, fc.integer({ min: 1, max: 2 }), (reference, batch) => {
        tf.tidy(() => {
          const whole = counting(reference.shape)
          const value = readParameter(whole, reference)
          expect(value.shape).toEqual(parameterShape(reference))
          expect(value.size).toBe(parameterSize(reference))
          const tiled = tf.tile(tf.expandDims(whole, 0), [batch, ...reference.shape.map(() => 1)])
          const changed = tf.add(tf.tile(tf.expandDims(value, 0), [batch, ...value.shape.map(() => 1)]), 0.5)
          const written = writeParameter(tiled, changed, reference)
          expect(written.shape).toEqual([batch, ...reference.shape])
          const difference = tf.sub(written, tiled)
          expectClose(tf.sum(difference), 0.5 * batch * value.size)
          const readBack = readParameter(tf.squeeze(tf.slice(written, 0, 1), [0]), reference)
          expectClose(readBack, tf.add(value, 0.5))
        })
      }),
    )
  })

  it('take columns of a fused, transposed matrix', () => {
    tf.tidy(() => {
      const shape = [2, 6]
      const part = { view: shape, axis: 1, start: 2, size: 2 }
      const value = readParameter(counting(shape), { name: 'fused', shape, transposed: true, part })
      expectClose(value, { shape: [2, 2], data: [2, 8, 3, 9] })
    })
  })
})

describe('LearnedParameters', () => {
  const weight: WeightReference = { name: 'weight', shape: [3, 2] }
  const bias: WeightReference = { name: 'bias', shape: [3] }
  const leaf: Linear = { kind: 'linear', name: 'leaf', inputWidth: 2, outputWidth: 3, weight, bias }

  const table = () => {
    const weights = new WeightTable()
    weights.set(weight, tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]))
    weights.set(bias, tf.tensor1d([1, 0, -1]))
    return weights
  }

  const learnTwice = (form: UpdateForm, weights: WeightTable) => {
    const learned = new LearnedParameters(weights, () => form)
    tf.tidy(() => {
      for (const seed of [1, 2]) {
        const outputGradient = tf.randomUniform([2, 4, 3], -1, 1, 'float32', seed) as tf.Tensor3D
        const input = tf.randomUniform([2, 4, 2], -1, 1, 'float32', seed + 10) as tf.Tensor3D
        const gradient = tf.sum(outputGradient, 1, true) as tf.Tensor3D
        learned.descend(
          [
            { kind: 'outerProduct', reference: weight, outputGradient, input },
            { kind: 'vector', reference: bias, gradient },
          ],
          0.1,
          4,
        )
      }
    })
    return learned
  }

  it('give the same forward, backward and weights in both forms', async () => {
    await expectBalancedTensors(async () => {
      const weights = table()
      const forms = (['dense', 'factors'] as const).map((form) => learnTwice(form, weights))
      tf.tidy(() => {
        const x = tf.randomUniform([2, 5, 2], -1, 1, 'float32', 3) as tf.Tensor3D
        const dy = tf.randomUniform([2, 5, 3], -1, 1, 'float32', 4) as tf.Tensor3D
        const [dense, factors] = forms.map((parameters) => {
          const { output, memory } = linearArithmetic.forward(leaf, x, { parameters })
          const rules = {
            attention: 'full',
            derivative: { kind: 'analytic' },
            updateNormWeights: false,
            biasRateMultiplier: () => 1,
          } as const
          const dx = linearArithmetic.backward(leaf, dy, memory, { parameters, rules, positions: 5 })
          return {
            output,
            dx,
            value: parameters.materialise(weight, 2),
            bias: parameters.materialise(bias, 2),
          }
        })
        for (const what of ['output', 'dx', 'value', 'bias'] as const) {
          expectClose(factors![what], dense![what], { absolute: 1e-5 })
        }
      })
      expect(forms.every((learned) => learned.hasLearned(weight))).toBe(true)
      for (const learned of forms) learned.dispose()
      weights.dispose()
    })
  })

  it('fold factors that would pile up, and give what the dense form gives', async () => {
    await expectBalancedTensors(async () => {
      const weights = table()
      const dense = new LearnedParameters(weights, () => 'dense')
      const folding = new LearnedParameters(weights, ({ held }) => (held < 2 ? 'factors' : 'dense'))
      const held: number[] = []
      for (let step = 0; step < 5; step++) {
        tf.tidy(() => {
          const outputGradient = tf.randomUniform([2, 4, 3], -1, 1, 'float32', step) as tf.Tensor3D
          const input = tf.randomUniform([2, 4, 2], -1, 1, 'float32', step + 10) as tf.Tensor3D
          for (const learned of [dense, folding]) {
            learned.descend([{ kind: 'outerProduct', reference: weight, outputGradient, input }], 0.1, 4)
          }
        })
        held.push(folding.matrix(weight).updates.length)
      }
      expect(held).toEqual([1, 2, 0, 0, 0])
      tf.tidy(() =>
        expectClose(folding.materialise(weight, 2), dense.materialise(weight, 2), { absolute: 1e-5 }),
      )
      dense.dispose()
      folding.dispose()
      weights.dispose()
    })
  })

  it('are not read after they were disposed', () => {
    const weights = table()
    const learned = learnTwice('dense', weights)
    learned.dispose()
    expect(() => learned.matrix(weight)).toThrow('What was learned is disposed')
    expect(() => learned.materialise(bias, 2)).toThrow('What was learned is disposed')
    weights.dispose()
  })

  it('never change the model', async () => {
    await expectBalancedTensors(async () => {
      const weights = table()
      learnTwice('dense', weights).dispose()
      expectClose(weights.get(weight), { shape: [3, 2], data: [1, 2, 3, 4, 5, 6] })
      expectClose(weights.get(bias), { shape: [3], data: [1, 0, -1] })
      weights.dispose()
      expect(() => weights.get(weight)).toThrow('The weight weight is not loaded')
    })
  })

  it('choose the form that costs less arithmetic', () => {
    const wide = { positions: 512, inputWidth: 768, outputWidth: 3072 }
    expect(cheaperUpdateForm({ ...wide, outputWidth: 768, held: 0 })).toBe('dense')
    expect(cheaperUpdateForm({ ...wide, held: 0 })).toBe('factors')
    expect(cheaperUpdateForm({ ...wide, held: 1 })).toBe('dense')
  })
})
