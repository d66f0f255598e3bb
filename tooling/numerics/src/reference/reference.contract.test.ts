import { blockParameters } from '@tintjs/inner'
import { exact } from '@tintjs/simulate'
import { useEngine } from '@tintjs/tensor/node'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { lengthOf } from '../properties/comparison'
import { runsOf } from '../properties/runs'
import { withTrial } from '../properties/trial'
import { randomNumbers } from '../random-models/random-numbers'
import { exactGradients, randomCases } from '../random-models/step'
import { erf, scalarFunctions } from './functions'
import { at, sumOfRow } from './matrix'
import { logitsGradient, type Parameters, runModel, tokenLosses } from './model'
import { sequenceOf } from './step'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

describe('the reference', () => {
  it('knows the error function (DLMF, table 7.23)', () => {
    expect(erf(0)).toBe(0)
    expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 14)
    expect(erf(-1)).toBeCloseTo(-0.8427007929497149, 14)
    expect(erf(2)).toBeCloseTo(0.9953222650189527, 14)
    expect(erf(3)).toBeCloseTo(0.9999779095030014, 14)
  })

  it('knows activations and their slopes', () => {
    // By hand: gelu(1) = Phi(1), silu(1) = 1 / (1 + 1/e); the tanh form of GELU is near the other.
    expect(scalarFunctions.gelu.value(1)).toBeCloseTo(0.8413447460685429, 14)
    expect(scalarFunctions.silu.value(1)).toBeCloseTo(0.7310585786300049, 14)
    expect(scalarFunctions.gelu_new.value(1)).toBeCloseTo(0.8411919906082768, 12)
    expect(scalarFunctions.quick_gelu.value(1)).toBeCloseTo(1 / (1 + Math.exp(-1.702)), 14)
    const h = 1e-5
    for (const [name, { value, slope }] of Object.entries(scalarFunctions)) {
      for (const x of [-3.3, -0.7, 0.2, 1.9, 4.1]) {
        expect((value(x + h) - value(x - h)) / (2 * h), `${name} at ${x}`).toBeCloseTo(slope(x), 8)
      }
    }
  })

  const rules = { derivative: { kind: 'analytic' }, constantAttention: false, biasRate: () => 1 } as const

  /** A central difference in float64 is right to nine digits of the loss. */
  it("has exact gradients that are its own loss's slopes along every parameter", async () => {
    await fc.assert(
      fc.asyncProperty(randomCases(), exactGradients, fc.nat(1000), (sample, { lossGradient }, seed) =>
        withTrial(sample, exact({ lossGradient }), async ({ model, parameters, step }) => {
          const input = sequenceOf(step, 0)
          const run = (point: Parameters) => runModel(model.description, point, input, rules)
          const lossOf = (point: Parameters) => {
            const { logits } = run(point)
            if (lossGradient === 'softmax')
              return tokenLosses(logits, input.tokens).reduce((sum, loss) => sum + loss, 0)
            // Whose gradient is `logits - onehot`.
            return input.tokens
              .slice(1)
              .reduce(
                (sum, id, row) =>
                  sum + sumOfRow(logits, row, (value) => value ** 2 / 2) - at(logits, row, id),
                0,
              )
          }
          const pass = run(parameters)
          fc.pre(pass.kinkDistance > 1e-3)
          const gradients = pass.gradients(
            logitsGradient(lossGradient, pass.logits, input.tokens, () => true),
          )
          const loss = Math.abs(lossOf(parameters))
          const whole = lengthOf([...gradients.values()].map(lengthOf))
          const draw = randomNumbers(seed)
          for (const reference of blockParameters(model.description)) {
            const values = parameters.get(reference)!
            const direction = values.map(draw)
            const h = 1e-5 / lengthOf(direction)
            const moved = (by: number) =>
              new Map(parameters).set(
                reference,
                values.map((value, index) => value + by * direction[index]!),
              )
            const slope = (lossOf(moved(h)) - lossOf(moved(-h))) / (2 * h)
            const gradient = gradients.get(reference) ?? new Float64Array(values.length)
            const expected = gradient.reduce((sum, value, i) => sum + value * direction[i]!, 0)
            const tolerance = 1e-6 * lengthOf(direction) * (lengthOf(gradient) + 1e-2 * (whole + loss))
            expect(Math.abs(slope - expected), `${reference.name}: ${slope}, ${expected}`).toBeLessThan(
              tolerance,
            )
          }
        }),
      ),
      runsOf(25),
    )
  })
})
