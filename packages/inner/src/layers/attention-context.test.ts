import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { AttentionContext } from './attention-context'
import { alibiSlopes, rotaryFrequencies } from './positions'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

const positionIds = [Int32Array.of(0, 1)]
const closed = -1e9

describe('what is added to scores', () => {
  it('is 0 on and below the diagonal where the mask allows, and very negative elsewhere', async () => {
    await expectBalancedTensors(async () => {
      const causal = new AttentionContext({ allowed: undefined, length: 2, positionIds })
      expectClose(causal.scoreBias({}), { shape: [1, 1, 2, 2], data: [0, closed, 0, 0] })
      const masked = new AttentionContext({ allowed: [Uint8Array.of(1, 0, 0, 1)], length: 2, positionIds })
      expectClose(masked.scoreBias({}), { shape: [1, 1, 2, 2], data: [0, closed, closed, 0] })
      const last = { rows: { start: 1, end: 2 }, columns: { start: 0, end: 2 } }
      expectClose(masked.scoreBias({}, last), { shape: [1, 1, 1, 2], data: [closed, 0] })
      causal.dispose()
      masked.dispose()
    })
  })

  it('covers the tokens of a cache, and leaves those beyond the window out', async () => {
    await expectBalancedTensors(async () => {
      const after = new AttentionContext(
        { allowed: undefined, length: 2, positionIds: [Int32Array.of(2, 3)] },
        2,
      )
      expectClose(after.scoreBias({}), { shape: [1, 1, 2, 4], data: [0, 0, 0, closed, 0, 0, 0, 0] })
      expectClose(after.scoreBias({ window: 2 }), {
        shape: [1, 1, 2, 4],
        data: [closed, 0, 0, closed, closed, closed, 0, 0],
      })
      after.dispose()
    })
  })

  it("has ALiBi's slope times the key's position, which restarts where positions do", async () => {
    await expectBalancedTensors(async () => {
      const context = new AttentionContext({
        allowed: undefined,
        length: 3,
        positionIds: [Int32Array.of(0, 1, 0)],
      })
      const bias = context.scoreBias({ positions: { kind: 'alibi', slopes: [0.5, 0.25] } })
      const lastRows = (await bias.data()).filter((_, index) => Math.floor(index / 3) % 3 === 2)
      expect([...lastRows]).toEqual([0, 0.5, 0, 0, 0.25, 0])
      expect(context.scoreBias({ positions: { kind: 'alibi', slopes: [0.5, 0.25] } })).toBe(bias)
      const corner = { rows: { start: 1, end: 2 }, columns: { start: 1, end: 2 } }
      const own = context.scoreBias({ positions: { kind: 'alibi', slopes: [0.5, 0.25] } }, corner)
      expectClose(own, { shape: [1, 2, 1, 1], data: [0.5, 0.25] })
      context.dispose()
    })
  })
})

describe('slopes and frequencies', () => {
  it('are those of the ALiBi paper for powers of two, and every other one of the next for the rest', () => {
    expect(alibiSlopes(8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((power) => 2 ** -power))
    expect(alibiSlopes(6)).toEqual([2 ** -2, 2 ** -4, 2 ** -6, 2 ** -8, 2 ** -1, 2 ** -3])
  })

  it('fall from 1 by powers of the base', () => {
    expect(rotaryFrequencies(4, 10000)).toEqual([1, 0.01])
    expect(rotaryFrequencies(4, 10000, { kind: 'linear', factor: 4 })).toEqual([0.25, 0.0025])
    expect(() => rotaryFrequencies(3, 10000)).toThrow('turn 3 numbers of a head; expected an even number')
  })

  it('of Llama 3.1 keep the high ones, divide the low ones, and blend between', () => {
    const scaling = {
      kind: 'llama3',
      factor: 8,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalLength: 8192,
    } as const
    const plain = rotaryFrequencies(128, 500000)
    const scaled = rotaryFrequencies(128, 500000, scaling)
    const ratios = scaled.map((frequency, pair) => frequency / plain[pair]!)
    expect(ratios[0]).toBe(1)
    expect(ratios.at(-1)).toBe(1 / 8)
    // Two waves in 8192 tokens are a third of the way from 1 to 4.
    const pair = plain.findIndex((frequency) => (8192 * frequency) / (2 * Math.PI) < 4)
    const waves = (8192 * plain[pair]!) / (2 * Math.PI)
    const share = (waves - 1) / 3
    expect(ratios[pair]).toBeCloseTo(share + (1 - share) / 8, 12)
    expect(ratios.every((ratio, index) => index === 0 || ratio <= ratios[index - 1]!)).toBe(true)
  })
})
