import * as tf from '@tensorflow/tfjs-core'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { useEngine } from '../node'
import { expectBalancedTensors, expectClose } from '../testing'
import { handOver } from './hand-over'
import { mergeHeads, splitHeads } from './heads'
import { normalise, normaliseBackward, normaliseDifferences } from './normalise'
import { firstPositions, gatherRows } from './positions'
import { multiplyBy, multiplyByTransposed, sumOfOuterProducts } from './product'
import { disposeStructure, tidyStructure } from './tidy'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

/** Numbers from a fixed sequence, so that a failure repeats. */
function numbers(count: number, seed = 1): Float32Array {
  let state = seed
  return Float32Array.from({ length: count }, () => {
    state = (state * 16807) % 2147483647
    return state / 2147483647 - 0.5
  })
}

const sizes = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  positions: fc.integer({ min: 1, max: 5 }),
  input: fc.integer({ min: 1, max: 6 }),
  output: fc.integer({ min: 1, max: 6 }),
})

describe('products', () => {
  it('agree with sums written out, for shared matrices and for one a sequence', () => {
    fc.assert(
      fc.property(sizes, fc.boolean(), ({ batch, positions, input, output }, shared) => {
        const x = numbers(batch * positions * input)
        const w = numbers((shared ? 1 : batch) * output * input, 7)
        const right = new Float32Array(batch * positions * output)
        for (let b = 0; b < batch; b++)
          for (let t = 0; t < positions; t++)
            for (let o = 0; o < output; o++)
              for (let i = 0; i < input; i++)
                right[(b * positions + t) * output + o]! +=
                  x[(b * positions + t) * input + i]! * w[((shared ? 0 : b) * output + o) * input + i]!
        tf.tidy(() => {
          const matrix = shared ? tf.tensor2d(w, [output, input]) : tf.tensor3d(w, [batch, output, input])
          const product = multiplyByTransposed(tf.tensor3d(x, [batch, positions, input]), matrix)
          expectClose(product, { shape: [batch, positions, output], data: right }, { absolute: 1e-5 })
          const transposed = shared ? tf.transpose(matrix) : tf.transpose(matrix, [0, 2, 1])
          const same = multiplyBy(tf.tensor3d(x, [batch, positions, input]), transposed as tf.Tensor3D)
          expectClose(same, product, { absolute: 1e-5 })
        })
      }),
      { numRuns: 30 },
    )
  })

  it('sums outer products over positions', () => {
    const left = tf.tensor3d([1, 2, 3, 4], [1, 2, 2])
    const right = tf.tensor3d([5, 6, 7, 8], [1, 2, 2])
    const sum = sumOfOuterProducts(left, right)
    expectClose(sum, { shape: [1, 2, 2], data: [1 * 5 + 3 * 7, 1 * 6 + 3 * 8, 2 * 5 + 4 * 7, 2 * 6 + 4 * 8] })
    tf.dispose([left, right, sum])
  })
})

describe('heads', () => {
  it('split and merge undo each other, and split takes neighbouring numbers', () => {
    tf.tidy(() => {
      const x = tf.tensor3d(numbers(2 * 3 * 8), [2, 3, 8])
      expectClose(mergeHeads(splitHeads(x, 4)), x)
      const head = tf.slice(splitHeads(x, 4), [1, 2, 0, 0], [1, 1, 3, 2])
      expectClose(tf.reshape(head, [3, 2]), tf.reshape(tf.slice(x, [1, 0, 4], [1, 3, 2]), [3, 2]))
    })
  })
})

describe.each(['layer', 'rms'] as const)('%s normalisation', (kind) => {
  it('has unit mean square', () => {
    tf.tidy(() => {
      const { output } = normalise(kind, tf.tensor3d(numbers(2 * 3 * 16), [2, 3, 16]), 0)
      expectClose(
        tf.mean(tf.square(output), -1),
        { shape: [2, 3], data: Array(6).fill(1) },
        { absolute: 1e-5 },
      )
    })
  })

  it('backward agrees with central differences along random directions', () => {
    tf.tidy(() => {
      const shape: [number, number, number] = [1, 4, 12]
      const x = tf.tensor3d(numbers(48), shape)
      const gradient = tf.tensor3d(numbers(48, 5), shape)
      const direction = tf.tensor3d(numbers(48, 9), shape)
      const dx = normaliseBackward(kind, normalise(kind, x, 1e-5), gradient)
      const step = 1e-2
      const ahead = normalise(kind, tf.add(x, tf.mul(direction, step)), 1e-5).output
      const behind = normalise(kind, tf.sub(x, tf.mul(direction, step)), 1e-5).output
      const difference = tf.sum(tf.mul(tf.div(tf.sub(ahead, behind), 2 * step), gradient))
      // Third-order error of the difference and float32's rounding.
      expectClose(tf.sum(tf.mul(dx, direction)), difference, { relative: 5e-3, absolute: 1e-3 })
    })
  })
})

describe.each(['layer', 'rms'] as const)('the difference of %s normalisation', (kind) => {
  /** The definition in float64. */
  const normalised = (x: readonly number[]) => {
    const mean = kind === 'layer' ? x.reduce((sum, value) => sum + value, 0) / x.length : 0
    const centred = x.map((value) => value - mean)
    const meanSquare = centred.reduce((sum, value) => sum + value * value, 0) / x.length
    return centred.map((value) => value / Math.sqrt(meanSquare + 1e-5))
  }

  it.each([1, 1e-2, 1e-4, 1e-6])('is right to float32 accuracy for steps of %d', (size) => {
    const x = Array.from(numbers(12), (value) => Math.fround(3 * value + 1))
    const step = Array.from(numbers(12, 5), (value) => Math.fround(size * value))
    const moved = (times: number) => normalised(x.map((value, index) => value + times * step[index]!))
    const [behind, before, ahead] = [moved(-1), moved(0), moved(1)]
    // The direction's length and t share the step between them.
    const t = 0.25
    const direction = step.map((value) => value / t)
    tf.tidy(() => {
      const own = normalise(kind, tf.tensor3d(x, [1, 1, 12]), 1e-5)
      const { forward, central } = normaliseDifferences(kind, own, tf.tensor3d(direction, [1, 1, 12]), 1e-5)
      const closeTo = (found: tf.Tensor, right: number[]) =>
        // Plain subtraction in float32 would be wrong by 1e-7: a tenth of a step of 1e-6.
        expectClose(tf.mul(found, t), { shape: [1, 1, 12], data: right }, { absolute: 3e-6 * size })
      closeTo(
        forward(t),
        ahead.map((value, index) => value - before[index]!),
      )
      closeTo(
        central(t),
        ahead.map((value, index) => (value - behind[index]!) / 2),
      )
    })
  })

  it('is right for any direction and any step, forward and central', () => {
    const vectors = fc.tuple(
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: -6, max: 3, noNaN: true }),
      fc.double({ min: -3, max: 2, noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
    )
    fc.assert(
      fc.property(vectors, ([seed, stepExponent, scaleExponent, offset]) => {
        const width = 16
        const scale = 10 ** scaleExponent
        const x = Array.from(numbers(width, seed), (value) => Math.fround(scale * (value + offset)))
        const t = 0.01
        // Steps in units of x's own spread.
        const length = (scale * 10 ** stepExponent) / t
        const direction = Array.from(numbers(width, seed + 7), (value) => Math.fround(length * value))
        const moved = (by: number) => normalised(x.map((value, index) => value + by * direction[index]!))
        const [behind, before, ahead] = [moved(-t), moved(0), moved(t)]
        tf.tidy(() => {
          const own = normalise(kind, tf.tensor3d(x, [1, 1, width]), 1e-5)
          const along = tf.tensor3d(direction, [1, 1, width])
          const { forward, central } = normaliseDifferences(kind, own, along, 1e-5)
          const right = {
            forward: ahead.map((value, index) => (value - before[index]!) / t),
            central: ahead.map((value, index) => (value - behind[index]!) / (2 * t)),
          }
          // Float32's rounding of x is as large beside its spread as the offset; that of n, r and the direction is less.
          const largest = Math.max(...direction.map(Math.abs))
          const slope = 1 / Math.sqrt(1e-5 + (scale / 4) ** 2)
          const absolute = 1e-5 * largest * slope
          expectClose(forward(t), { shape: [1, 1, width], data: right.forward }, { absolute })
          expectClose(central(t), { shape: [1, 1, width], data: right.central }, { absolute })
        })
      }),
      { numRuns: 300, seed: 3 },
    )
  })
})

describe('positions', () => {
  it('takes the first ones and gathers rows', () => {
    tf.tidy(() => {
      const x = tf.tensor3d(numbers(2 * 4 * 3), [2, 4, 3])
      expectClose(firstPositions(x, 2), tf.slice(x, [0, 0, 0], [2, 2, 3]))
      const table = tf.tensor2d([0, 1, 10, 11, 20, 21], [3, 2])
      const rows = gatherRows(table, tf.tensor2d([2, 0], [1, 2], 'int32'))
      expectClose(rows, { shape: [1, 2, 2], data: [20, 21, 0, 1] })
    })
  })
})

describe('tidyStructure', () => {
  it('keeps what is returned, frees the rest, and disposeStructure frees that', async () => {
    await expectBalancedTensors(async () => {
      const kept = tidyStructure(() => {
        const made = tf.scalar(1)
        return { deep: [{ tensor: tf.add(made, 1) }], nothing: undefined }
      })
      expectClose(kept.deep[0]!.tensor, 2)
      disposeStructure(kept)
    })
  })

  it('frees everything when the computation throws', async () => {
    await expectBalancedTensors(async () => {
      expect(() =>
        tidyStructure(() => {
          tf.scalar(1)
          throw new RangeError('stop')
        }),
      ).toThrow(RangeError)
    })
  })
})

describe('the difference of a normalisation', () => {
  it('is finite and right where the step takes all of x away', () => {
    tf.tidy(() => {
      const x = tf.tensor3d([30, -10, 21, -41], [1, 1, 4])
      const before = normalise('layer', x, 1e-5)
      const found = normaliseDifferences('layer', before, tf.neg(x), 1e-5).forward(1)
      // Nothing is left to be normalised; rounding of x is divided by the root of epsilon.
      expectClose(found, tf.neg(before.output), { absolute: 0.01 })
    })
  })
})

describe('handOver', () => {
  it('gives the numbers in the shape, and one tensor', async () => {
    await expectBalancedTensors(async () => {
      const tensor = handOver(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])
      expectClose(tensor, { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] })
      tensor.dispose()
    })
  })
})
