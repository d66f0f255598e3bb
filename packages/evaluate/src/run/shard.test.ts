import type { InnerModel } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { EvaluationPlan } from './evaluation-plan'
import { shardedForm, shardOf, unitOfRun } from './shard'

const planOf = (unitCount: number): EvaluationPlan<{ unit: number }> => ({
  unitCount,
  size: 2 * unitCount,
  form: { schema: z.strictObject({ unit: z.int() }), describe: ({ unit }) => `${unit}` },
  cost: (unit) => 1 + unit,
  keys: (unit) => [{ unit }],
  run: async (_model: InnerModel, unit: number) => [{ unit }],
})

const unitsOf = ({ unitCount, keys }: EvaluationPlan<{ unit: number }>) =>
  Array.from({ length: unitCount }, (_, unit) => keys(unit)[0]!.unit)

describe('shardOf', () => {
  it('shares the units out in their order, all of them once, and as evenly as can be', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), (unitCount, wanted) => {
        const count = Math.min(unitCount, wanted)
        const plan = planOf(unitCount)
        const shards = Array.from({ length: count }, (_, index) =>
          shardOf(plan, { number: index + 1, count }),
        )
        expect(shards.flatMap(unitsOf)).toEqual(unitsOf(plan))
        const sizes = shards.map((shard) => shard.unitCount)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        expect(shards.reduce((sum, { size }) => sum + size, 0)).toBeCloseTo(plan.size, 9)
        shards.forEach((shard, index) => {
          const place = { number: index + 1, count }
          expect(unitsOf(shard)).toEqual(unitsOf(shard).map((_, unit) => unitOfRun(plan, place, unit)))
          expect(shard.cost(0)).toBe(1 + Number(unitsOf(shard)[0]))
        })
      }),
      { seed: 3 },
    )
  })

  it('computes what the whole run computes there', async () => {
    const shard = shardOf(planOf(7), { number: 2, count: 3 })
    expect(await shard.run({} as InnerModel, 1)).toEqual([{ unit: 3 }])
  })

  it.each([
    [{ number: 0, count: 3 }, 'The shard is 0/3; expected a whole number from 1'],
    [{ number: 4, count: 3 }, 'The shard is 4/3; expected'],
    [{ number: 1.5, count: 3 }, 'The shard is 1.5/3; expected'],
    [{ number: 1, count: 8 }, 'There are 8 shards, but the run has 7 batches to share'],
  ])('refuses %o', (shard, words) => {
    expect(() => shardOf(planOf(7), shard)).toThrow(words)
    expect(() => shardOf(planOf(7), shard)).toThrow(InputError)
  })
})

describe('shardedForm', () => {
  const form = shardedForm(z.strictObject({ batch: z.int() }))

  it('takes a part or none, and nothing else', () => {
    expect(form.parse({ batch: 2, shard: { number: 1, count: 2 } }).shard).toEqual({ number: 1, count: 2 })
    expect(form.parse({ batch: 2, shard: null }).shard).toBeNull()
    for (const wrong of [{ batch: 2 }, { batch: 2, shard: { number: 3, count: 2 } }, { shard: null }]) {
      expect(form.safeParse(wrong).success).toBe(false)
    }
  })
})
