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

/** The error function in float64, by a series without cancellation; beyond 6 it is 1 to all digits. */
function errorFunction(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x)
  let term = x
  let sum = x
  for (let n = 1; n < 300; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
const tanhGate = (x: number) => sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))

/** The gates `G` of all that are `x G(x)`, in float64. */
const gates: Record<Exclude<ActivationName, 'tanh'>, (x: number) => number> = {
  relu: (x) => (x > 0 ? 1 : 0),
  gelu: (x) => 0.5 * (1 + errorFunction(x / Math.SQRT2)),
  gelu_new: tanhGate,
  gelu_fast: tanhGate,
  gelu_pytorch_tanh: tanhGate,
  silu: sigmoid,
  quick_gelu: (x) => sigmoid(1.702 * x),
}

const gateOf = (name: ActivationName) => (name === 'tanh' ? Math.tanh : gates[name])

/** The definitions, in float64. */
const definitionOf = (name: ActivationName) => (x: number) =>
  name === 'tanh' ? Math.tanh(x) : x * gates[name](x)

/** `f(x + step) - f(x - step)` in float64, also where `x` and the step are of sizes whose sum is one of the two. */
function centralDifference(name: ActivationName, x: number, step: number): number {
  const [ahead, behind] = [gateOf(name)(x + step), gateOf(name)(x - step)]
  return name === 'tanh' ? ahead - behind : x * (ahead - behind) + step * (ahead + behind)
}

const inputs = Array.from({ length: 41 }, (_, index) => Math.fround((index - 20) / 5.3))
const asTensor = (values: readonly number[]) => tf.tensor3d([...values], [1, 1, values.length])

describe.each(activationNames.map((name) => [name] as const))('%s', (name) => {
  const define = definitionOf(name)
  const { value, slope, difference, centralQuotient } = activationFunctions[name]

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

  it.each([3, 0.3, 1e-2, 1e-4, 1e-6])('tells its difference for steps of %d to float32 accuracy', (size) => {
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

  it.each([3, 0.3, 1e-2, 1e-4, 1e-6])('tells its central quotient for steps of %d as well', (size) => {
    const t = Math.fround(size)
    for (const sign of [1, -1]) {
      const right = inputs.map((x) => centralDifference(name, x, sign * t) / (2 * t))
      tf.tidy(() => {
        const directions = asTensor(inputs.map(() => sign))
        expectClose(centralQuotient(asTensor(inputs), directions, t), asTensor(right), { absolute: 4e-6 })
      })
    }
  })

  it('changes when it should: no two activations of different names are one by mistake', () => {
    const others = activationNames.filter((other) => gateOf(other) !== gateOf(name))
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

describe('central quotients', () => {
  /** Numbers of either sign, as many from each power of ten. */
  const magnitudes = (smallest: number, largest: number) =>
    fc
      .tuple(
        fc.double({ min: Math.log10(smallest), max: Math.log10(largest), noNaN: true }),
        fc.constantFrom(1, -1),
      )
      .map(([exponent, sign]) => Math.fround(sign * 10 ** exponent))

  const largestSquare = 1e18
  const largestNumber = 3.4e38
  const points = fc.oneof(
    { weight: 3, arbitrary: magnitudes(0.01, 20) },
    magnitudes(1e-6, largestSquare),
    fc.constant(0),
  )
  const steps = fc.oneof(
    { weight: 3, arbitrary: magnitudes(0.01, 20) },
    magnitudes(1e-6, largestNumber),
    fc.constantFrom(0, largestNumber, -largestNumber),
  )
  /** Two points and steps, or a step that takes the point to where gates are neither open nor closed. */
  const pairs = fc.oneof(
    fc.tuple(points, steps),
    fc
      .tuple(magnitudes(0.01, largestSquare), magnitudes(0.01, 5))
      .map(([x, end]) => [x, Math.fround(end - x)]),
  )

  it.each(activationNames)('are right for any numbers and any steps: %s', (name) => {
    fc.assert(
      fc.property(fc.array(pairs, { minLength: 1, maxLength: 50 }), fc.constantFrom(1, 0.25), (list, t) => {
        // Powers of 2, so that the steps are exactly what they are here.
        const directions = list.map((pair) => Math.min(largestNumber, Math.max(-largestNumber, pair[1]! / t)))
        const found = tf.tidy(() => {
          const x = asTensor(list.map(([point]) => point!))
          return activationFunctions[name].centralQuotient(x, asTensor(directions), t).dataSync()
        })
        for (const [index, direction] of directions.entries()) {
          const x = list[index]![0]!
          const right = centralDifference(name, x, direction * t) / (2 * t)
          // In units of the direction. Float32's rounding of a gate counts as many times as x is larger than the step.
          const error = Math.abs(found[index]! - right)
          expect(error, `${x}, ${direction} * ${t}`).toBeLessThanOrEqual(2e-5 * Math.abs(direction))
        }
      }),
      { numRuns: 300, seed: 7 },
    )
  })
})
