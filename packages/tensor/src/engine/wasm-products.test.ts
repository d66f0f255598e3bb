import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectBalancedTensors, expectClose } from '../testing'
import { useEngine } from './node'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

/** The product of two matrices by its definition, numbers in row-major order. */
function productOf(left: Float32Array, right: Float32Array, rows: number, shared: number, columns: number) {
  return Float32Array.from({ length: rows * columns }, (_, place) => {
    const [row, column] = [Math.floor(place / columns), place % columns]
    let total = 0
    for (let k = 0; k < shared; k++) total += left[row * shared + k]! * right[k * columns + column]!
    return total
  })
}

describe('matrix products on every engine', () => {
  const shapes: [string, number[], number, number, number][] = [
    ['small', [], 2, 3, 4],
    ['large', [], 110, 120, 130],
    ['a batch of one', [1], 110, 120, 130],
    ['a batch', [3], 90, 133, 111],
    ['heads', [2, 2], 131, 97, 91],
    ['one row', [2], 1, 1200, 1100],
  ]
  const flags = [
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ] as const

  it.each(shapes)('%s', async (_, batch, rows, shared, columns) => {
    const swapped = (x: tf.Tensor) => tf.transpose(x, [...batch.keys(), batch.length + 1, batch.length])
    const left = tf.randomUniform([...batch, rows, shared], -1, 1, 'float32', 7)
    const right = tf.randomUniform([...batch, shared, columns], -1, 1, 'float32', 8)
    const count = batch.reduce((product, size) => product * size, 1)
    const [leftValues, rightValues] = [await left.data<'float32'>(), await right.data<'float32'>()]
    const expected = Array.from({ length: count }, (_, index) =>
      productOf(
        leftValues.subarray(index * rows * shared),
        rightValues.subarray(index * shared * columns),
        rows,
        shared,
        columns,
      ),
    ).flatMap((values) => [...values])
    for (const [transposeA, transposeB] of flags) {
      await expectBalancedTensors(async () => {
        const a = transposeA ? swapped(left) : tf.clone(left)
        const b = transposeB ? swapped(right) : tf.clone(right)
        const product = tf.matMul(a, b, transposeA, transposeB)
        expect(product.shape).toEqual([...batch, rows, columns])
        expectClose(await product.data<'float32'>(), expected, { absolute: 1e-3 })
        tf.dispose([a, b, product])
      })
    }
    tf.dispose([left, right])
  })

  it('still repeats a shared matrix for a batch, and refuses sizes that do not fit', async () => {
    const left = tf.ones([3, 40, 50])
    const right = tf.ones([1, 50, 60])
    const product = tf.matMul(left, right)
    expect(product.shape).toEqual([3, 40, 60])
    expect((await product.data())[7]).toBe(50)
    expect(() => tf.matMul(left, tf.ones([3, 51, 60]))).toThrow()
    tf.dispose([left, right, product])
  })
})
