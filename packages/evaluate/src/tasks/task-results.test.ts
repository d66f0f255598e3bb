import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sampleLine } from '../run/evaluation-plan'
import { meanOverSeeds, taskResults } from './task-results'
import { type TaskSample, taskSampleForm } from './task-sample'

const task = { labels: ['red', 'blue'] }

/** Samples of one seed: each pair is a right label and what was predicted. */
function samples(
  way: TaskSample['way'],
  seed: number,
  answers: readonly (readonly [label: number, prediction: number | null])[],
): TaskSample[] {
  return answers.map(([label, prediction], sample) => ({
    ...{ sample, template: 'plain', seed, way, learningRate: way === 'inner' ? null : 0.1 },
    ...{ demonstrations: 4, label, prediction, baseline: null },
    logProbabilities: prediction === null ? null : [-1, -2],
  }))
}

describe('taskResults', () => {
  it('gives accuracy by seed, its mean and standard error, and the gain of learning', () => {
    const [inner, tint] = taskResults(task, [
      ...samples('inner', 1, [
        [0, 0],
        [0, 0],
        [1, 0],
        [1, 0],
      ]),
      ...samples('inner', 2, [
        [0, 0],
        [0, 0],
        [1, 0],
        [1, 1],
      ]),
      ...samples('tint', 1, [
        [0, 0],
        [0, 0],
        [1, 1],
        [1, 0],
      ]),
      ...samples('tint', 2, [
        [0, 0],
        [0, 0],
        [1, 1],
        [1, 1],
      ]),
    ])
    expect(inner).toMatchObject({ way: 'inner', accuracy: 0.625, gain: null, diverged: 0, demonstrations: 4 })
    // 0.5 and 0.75: deviation 0.1768 over the root of 2.
    expect(inner!.standardError).toBeCloseTo(0.125, 9)
    expect(tint).toMatchObject({
      way: 'tint',
      learningRate: 0.1,
      accuracy: 0.875,
      gain: 0.25,
      gainStandardError: 0,
    })
    expect(tint!.seeds.map(({ accuracy }) => accuracy)).toEqual([0.75, 1])
  })

  it('gives gains of the examples that both have, where a part of a run ends between the two', () => {
    const inner = samples('inner', 1, [
      [0, 0],
      [1, 0],
      [1, 1],
    ])
    const tint = samples('tint', 1, [
      [0, 1],
      [1, 1],
      [1, 1],
    ])
    const part = taskResults(task, [...inner.slice(1), ...tint.slice(0, 2)])
    // Only the second example was answered by both.
    expect(part[1]).toMatchObject({ way: 'tint', accuracy: 0.5, gain: 1 })
    expect(taskResults(task, [...inner.slice(2), ...tint.slice(0, 2)])[1]).toMatchObject({ gain: null })
  })

  it('weighs labels alike in the macro view', () => {
    const [result] = taskResults(
      task,
      samples('inner', 1, [
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ]),
    )
    expect(result!.labels).toEqual([
      { label: 'red', samples: 4, recall: 0.75, precision: 0.75, f1: 0.75 },
      { label: 'blue', samples: 2, recall: 0.5, precision: 0.5, f1: 0.5 },
    ])
    expect(result!.macro).toEqual({ recall: 0.625, f1: 0.625 })
    expect(result!.accuracy).toBeCloseTo(4 / 6, 9)
  })

  it('has no accuracy where a rate was far too high, and says how often', () => {
    const [result] = taskResults(task, [
      ...samples('tint', 1, [
        [0, null],
        [1, 1],
      ]),
      ...samples('tint', 2, [
        [0, 0],
        [1, 1],
      ]),
    ])
    expect(result).toMatchObject({ accuracy: null, standardError: null, macro: null, diverged: 1 })
    expect(result!.seeds.map(({ accuracy }) => accuracy)).toEqual([null, 1])
  })
})

describe('meanOverSeeds', () => {
  it('does not change when all is shifted but for the mean, and grows with what is spread', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 2, maxLength: 6 }), (values) => {
        const plain = meanOverSeeds(values)
        const shifted = meanOverSeeds(values.map((value) => value + 7))
        const doubled = meanOverSeeds(values.map((value) => 2 * value))
        expect(shifted.mean).toBeCloseTo(plain.mean + 7, 9)
        expect(shifted.standardError).toBeCloseTo(plain.standardError!, 9)
        expect(doubled.standardError).toBeCloseTo(2 * plain.standardError!, 9)
      }),
    )
    expect(meanOverSeeds([0.5])).toEqual({ mean: 0.5, standardError: null })
  })
})

describe('a line of samples', () => {
  it('is one JSON object with its fields in one order, which reads back', () => {
    const [sample] = samples('tint', 2, [[0, 1]])
    const { label: _, ...others } = sample!
    // The label first: the order of a line does not depend on it.
    const line = sampleLine(taskSampleForm, { label: 1, ...others })
    expect(line).toBe(
      '{"sample":0,"template":"plain","seed":2,"way":"tint","learningRate":0.1,"demonstrations":4,"label":1,"prediction":1,"logProbabilities":[-1,-2],"baseline":null}\n',
    )
    expect(taskSampleForm.schema.parse(JSON.parse(line))).toEqual({ ...sample, label: 1 })
  })
})
