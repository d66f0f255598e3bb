import * as tf from '@tensorflow/tfjs-core'
import { useEngine } from '@tintjs/tensor/node'
import { expectClose } from '@tintjs/tensor/testing'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { activationFunctions } from './activation-functions'
import { type ActivationName, activationNames } from './layer'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

/** The error function in float64, by its series (it converges everywhere; 60 terms do up to 4). */
function errorFunction(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n
    sum += term / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
const geluTanh = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))

/** The definitions, in float64. */
const definitions: Record<ActivationName, (x: number) => number> = {
  relu: (x) => Math.max(x, 0),
  gelu: (x) => 0.5 * x * (1 + errorFunction(x / Math.SQRT2)),
  gelu_new: geluTanh,
  gelu_fast: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  silu: (x) => x * sigmoid(x),
  tanh: Math.tanh,
  quick_gelu: (x) => x * sigmoid(1.702 * x),
}

const inputs = Array.from({ length: 41 }, (_, index) => Math.fround((index - 20) / 5.3))
const asTensor = (values: readonly number[]) => tf.tensor3d([...values], [1, 1, values.length])

describe.each(activationNames.map((name) => [name] as const))('%s', (name) => {
  const define = definitions[name]
  const { value, slope, difference, centralDifference } = activationFunctions[name]

  it('is its definition', () => {
    tf.tidy(() => {
      expectClose(value(asTensor(inputs)), asTensor(inputs.map(define)), { absolute: 2e-6 })
    })
  })

  it('has the slope of its definition', () => {
    const h = 1e-5
    const right = inputs.map((x) =>
      x === 0 && name === 'relu' ? 0 : (define(x + h) - define(x - h)) / (2 * h),
    )
    tf.tidy(() => {
      expectClose(slope(asTensor(inputs)), asTensor(right), { absolute: 4e-6 })
    })
  })

  it.each([0.3, 1e-2, 1e-4, 1e-6])('tells its difference for steps of %d to float32 accuracy', (size) => {
    for (const sign of [1, -1]) {
      const step = Math.fround(sign * size)
      const right = inputs.map((x) => define(x + step) - define(x))
      tf.tidy(() => {
        const steps = asTensor(inputs.map(() => step))
        // Plain subtraction in float32 would be wrong by 1e-7 of the values: all of a step of 1e-7.
        expectClose(difference(asTensor(inputs))(steps), asTensor(right), { absolute: 4e-6 * size })
      })
    }
  })

  it.each([0.3, 1e-2, 1e-4, 1e-6])('tells its central difference for steps of %d as well', (size) => {
    for (const sign of [1, -1]) {
      const step = Math.fround(sign * size)
      const right = inputs.map((x) => define(x + step) - define(x - step))
      tf.tidy(() => {
        const steps = asTensor(inputs.map(() => step))
        // Twice the tolerance of the difference, as it spans two steps.
        expectClose(centralDifference(asTensor(inputs), steps), asTensor(right), { absolute: 8e-6 * size })
      })
    }
  })

  it('changes when it should: no two activations of different names are one by mistake', () => {
    const others = activationNames.filter((other) => definitions[other] !== define)
    tf.tidy(() => {
      for (const other of others) {
        const same = () =>
          expectClose(activationFunctions[other].value(asTensor(inputs)), value(asTensor(inputs)), {
            absolute: 1e-4,
          })
        expect(same, other).toThrow()
      }
    })
  })
})

describe('central differences of activations that saturate', () => {
  /** Numbers of either sign, as many from each power of ten. */
  const magnitudes = (smallest: number, largest: number) =>
    fc
      .tuple(
        fc.double({ min: Math.log10(smallest), max: Math.log10(largest), noNaN: true }),
        fc.constantFrom(1, -1),
      )
      .map(([exponent, sign]) => Math.fround(sign * 10 ** exponent))

  it.each(activationNames.filter((name) => name !== 'gelu'))(
    'are finite and right for any numbers and any steps: %s',
    (name) => {
      const define = definitions[name]
      const points = fc.array(fc.tuple(magnitudes(1e-4, 1e4), magnitudes(1e-6, 1e3)), {
        minLength: 1,
        maxLength: 50,
      })
      fc.assert(
        fc.property(points, (pairs) => {
          const steps = pairs.map(([, step]) => step)
          const right = pairs.map(([x, step]) => define(x + step) - define(x - step))
          // Of each pair in units of its step, as small steps have small differences.
          const inSteps = (values: ArrayLike<number>) => steps.map((step, index) => values[index]! / step)
          const found = tf.tidy(() => {
            const x = asTensor(pairs.map(([point]) => point))
            return activationFunctions[name].centralDifference(x, asTensor(steps)).dataSync()
          })
          for (const [index, value] of inSteps(found).entries()) {
            expect(Math.abs(value - inSteps(right)[index]!), `${pairs[index]}`).toBeLessThan(2e-5)
          }
        }),
        { numRuns: 200, seed: 7 },
      )
    },
  )

  it('are finite for any numbers and any steps, with the error function too', () => {
    const points = fc.array(fc.tuple(magnitudes(1e-4, 1e4), magnitudes(1e-6, 1e3)), { minLength: 50 })
    fc.assert(
      fc.property(points, (pairs) => {
        const [x, steps] = [0, 1].map((column) => asTensor(pairs.map((pair) => pair[column]!)))
        const found = tf.tidy(() => activationFunctions.gelu.centralDifference(x!, steps!).dataSync())
        tf.dispose([x!, steps!])
        expect([...found].every(Number.isFinite)).toBe(true)
      }),
      { numRuns: 20, seed: 7 },
    )
  })
})
