import type { InnerModel } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { EvaluationPlan } from './evaluation-plan'
import { type RunProgress, runUnits } from './run-units'

interface Row {
  readonly unit: number
  readonly row: number
}

/** A plan that computes nothing: two samples a unit, and units of different costs. */
const planOf = (unitCount: number): EvaluationPlan<Row> => ({
  unitCount,
  size: 3 * unitCount,
  form: {
    schema: z.strictObject({ unit: z.int(), row: z.int() }),
    describe: ({ unit, row }) => `${unit}.${row}`,
  },
  cost: (unit) => 1 + (unit % 3),
  keys: (unit) => [0, 1].map((row) => ({ unit, row })),
  run: async (_model: InnerModel, unit: number) => [0, 1].map((row) => ({ unit, row })),
})

const rows = (unit: number): Row[] => [0, 1].map((row) => ({ unit, row }))

/** Settles later: after as many turns of the event loop as it is told. */
const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('runUnits', () => {
  it('gives samples in the order of units, however long each takes and however many are under way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(5), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(12),
        async (durations, ahead, before) => {
          const finishedUnits = Math.min(before, durations.length)
          const taken: Row[] = []
          const seen: RunProgress[] = []
          let underWay = 0
          let most = 0
          const runUnit = async (unit: number) => {
            most = Math.max(most, ++underWay)
            await turns(durations[unit]!)
            underWay--
            return rows(unit)
          }
          await runUnits(planOf(durations.length), runUnit, {
            finishedUnits,
            ahead,
            onSamples: (samples) => void taken.push(...samples),
            onProgress: (progress) => void seen.push(progress),
          })
          expect(taken).toEqual(durations.flatMap((_, unit) => (unit < finishedUnits ? [] : rows(unit))))
          expect(most).toBeLessThanOrEqual(ahead)
          const done = seen.map((progress) => progress.done)
          expect(done).toEqual(done.toSorted((left, right) => left - right))
          expect(done.at(-1)).toBeCloseTo(3 * durations.length, 9)
        },
      ),
      { seed: 7 },
    )
  })

  it('fails as the unit that failed, stops the others, and takes what came before it', async () => {
    const taken: Row[] = []
    const stopped: number[] = []
    const runUnit = async (unit: number, signal: AbortSignal | undefined) => {
      if (unit < 2) return rows(unit)
      if (unit === 4) throw new Error('unit 4 is broken')
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
      return rows(unit)
    }
    const run = runUnits(
      planOf(9),
      (unit, { signal }) =>
        runUnit(unit, signal).catch((error) => {
          if (error === signal?.reason) stopped.push(unit)
          throw error
        }),
      { ahead: 3, onSamples: (samples) => void taken.push(...samples) },
    )
    await expect(run).rejects.toThrow('unit 4 is broken')
    expect(stopped).toEqual([2, 3])
    expect(taken).toEqual([...rows(0), ...rows(1)])
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses %d units ahead', async (ahead) => {
    const run = runUnits(planOf(2), async (unit) => rows(unit), { ahead, onSamples: () => {} })
    await expect(run).rejects.toThrow(InputError)
    await expect(run).rejects.toThrow(
      `The number of units ahead is ${ahead}; expected a whole number of at least 1.`,
    )
  })

  it('takes nothing from the moment on that it is asked to stop, though a unit has just finished', async () => {
    const controller = new AbortController()
    const taken: Row[] = []
    const run = runUnits(
      planOf(3),
      async (unit) => {
        if (unit === 1) controller.abort(new Error('enough'))
        return rows(unit)
      },
      { signal: controller.signal, onSamples: (samples) => void taken.push(...samples) },
    )
    await expect(run).rejects.toThrow('enough')
    expect(taken).toEqual(rows(0))
  })

  it('stops when it is asked to, with the reason that it is given', async () => {
    const controller = new AbortController()
    const started: number[] = []
    const run = runUnits(
      planOf(9),
      async (unit, { signal }) => {
        started.push(unit)
        await turns(2)
        signal?.throwIfAborted()
        return rows(unit)
      },
      {
        ahead: 2,
        signal: controller.signal,
        onSamples: ([first]) => {
          if (first?.unit === 1) controller.abort(new Error('enough'))
        },
      },
    )
    await expect(run).rejects.toThrow('enough')
    expect(started.at(-1)).toBeLessThanOrEqual(3)
  })
})
