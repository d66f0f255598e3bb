import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Comparison, compareRuns } from './comparisons'
import { hashOf, perplexityRun, taskRun } from './test-support/runs'

const names = ({ first, second }: Comparison) => `${first.run} ${first.way} | ${second.run} ${second.way}`

describe('compareRuns', () => {
  it('compares ways of a run at their best rates, context by context', () => {
    const run = perplexityRun('one', {
      inner: [8, 12, 16],
      'exact 0.001': [7, 10, 13],
      'exact 0.01': [9, 9, null],
      'tint 0.001': [9, 13, 17],
    })
    const { comparisons, incomparable } = compareRuns([run])
    expect(incomparable).toEqual([])
    expect(comparisons.map(names)).toEqual([
      'one inner | one exact',
      'one inner | one tint',
      'one exact | one tint',
    ])
    // Gains of 1, 2 and 3 nats of 4 tokens each: 6 / 12; standard deviation 1 / 4 over sqrt(3). p 2 of 8 flips, times 3.
    expect(comparisons[0]).toMatchObject({
      ...{ kind: 'perplexity', trainFraction: 0.5, template: null, pairs: 3, difference: 0.5 },
      second: { run: 'one', way: 'exact', learningRate: 0.001 },
      ...{ pValue: 0.25, adjustedPValue: 0.75, method: 'all sign flips' },
    })
    expect(comparisons[0]!.standardError).toBeCloseTo(0.25 / Math.sqrt(3), 12)
    expect(comparisons[1]).toMatchObject({ difference: -0.25, standardError: 0 })
  })

  it('pairs what both runs have, and leaves out the model alone where it is the same', () => {
    const one = perplexityRun('one', { inner: [8, 12, 16], 'tint 0.01': [7, 11, 15] })
    const two = perplexityRun('two', { inner: [12, 16, 20], 'tint 0.01': [10, 12, 9] }, { firstContext: 1 })
    const other = { ...two, modelHash: hashOf('f') }
    const between = (runs: Parameters<typeof compareRuns>[0]) =>
      compareRuns(runs).comparisons.filter(({ first, second }) => first.run !== second.run)
    // Contexts 1 and 2: 11 - 10 and 15 - 12, of 4 tokens each.
    expect(between([one, two])).toMatchObject([{ pairs: 2, difference: 4 / 8, first: { way: 'tint' } }])
    expect(between([one, other]).map(names)).toEqual(['one inner | two inner', 'one tint | two tint'])
  })

  it('turns its sign with the order of runs, and has p-value 1 for runs that are the same', () => {
    const losses = fc.array(fc.double({ min: 1, max: 9, noNaN: true }), { minLength: 20, maxLength: 20 })
    fc.assert(
      fc.property(losses, losses, (left, right) => {
        const [one, two] = [
          perplexityRun('one', { 'tint 0.1': left }),
          perplexityRun('two', { 'tint 0.1': right }),
        ]
        const [forward] = compareRuns([one, two]).comparisons
        const [back] = compareRuns([two, one]).comparisons
        expect(back!.difference + forward!.difference).toBe(0)
        expect(back).toMatchObject({ pValue: forward!.pValue, standardError: forward!.standardError })
        const [same] = compareRuns([one, { ...one, name: 'again' }]).comparisons
        expect(same).toMatchObject({ difference: 0, pValue: 1, adjustedPValue: 1 })
      }),
      { seed: 3, numRuns: 20 },
    )
  })

  it('pairs examples by their means over seeds, whatever seeds there are', () => {
    const few = taskRun('few', {
      inner: [
        [1, 0, 0, 0],
        [0, 0, 0, 0],
      ],
      'tint 0.01': [
        [1, 1, 1, 0],
        [1, 1, 0, 0],
      ],
    })
    const none = taskRun('none', { inner: [[0, 0, 0, 1]] })
    const { comparisons } = compareRuns([few, none])
    expect(comparisons.map(names)).toEqual(['few inner | few tint', 'few inner | none inner'])
    // 0.5, 1, 0.5 and 0 of 4 examples; of 8 flips of three, 2 are as far from 0.
    expect(comparisons[0]).toMatchObject({
      kind: 'task',
      template: 'plain',
      pairs: 4,
      difference: 0.5,
      pValue: 0.25,
    })
    expect(comparisons[1]).toMatchObject({ pairs: 4, difference: 0.125 })
  })

  it('says why runs share nothing', () => {
    const losses = { inner: [8, 12], 'tint 0.01': [7, 11] }
    const one = perplexityRun('one', losses)
    const reasons = (...others: Parameters<typeof compareRuns>[0]) =>
      compareRuns([one, ...others]).incomparable.map(({ reason }) => reason)
    const cut = (configuration: object) => perplexityRun('two', losses, { configuration })
    expect(reasons(perplexityRun('two', losses, { file: 'b.txt', dataSha256: hashOf('0') }))).toEqual([
      'the texts are others: book.txt (SHA-256 bbbbbbbbbbbb...) and b.txt (000000000000...)',
    ])
    expect(reasons(cut({ context: 16 }))).toEqual([
      'the text is cut into other contexts: context is 8 in the one and 16 in the other',
    ])
    expect(reasons(cut({ beginOfText: 3 }))[0]).toMatch(/beginOfText is false in the one and true/)
    expect(reasons(perplexityRun('two', losses, { firstContext: 2 }))[0]).toMatch(
      /no context or example in common/,
    )
    expect(reasons(perplexityRun('two', losses, { trainFractions: [0.7] }))[0]).toMatch(/no train fraction/)
    const samples = one.samples.map((sample) => ({ ...sample, bytes: 9 }))
    expect(reasons({ ...one, name: 'two', samples })[0]).toMatch(
      /sample 0 is not the same in both \(4 tokens of 5 bytes and 4 tokens of 9 bytes\): their tokenizers/,
    )
    const task = taskRun('task', { inner: [[1, 0]] })
    const changed = {
      ...task,
      name: 'changed',
      configuration: { ...task.configuration, taskSha256: hashOf('0') },
    }
    expect(reasons(task, changed, { ...task, name: 'data', dataSha256: hashOf('0') })).toEqual([
      'one predicts a text, the other does a task',
      'one predicts a text, the other does a task',
      'one predicts a text, the other does a task',
      "the task's file was changed in between",
      expect.stringMatching(/^the task's data are others/),
      expect.stringMatching(/^the task's data are others/),
    ])
  })
})
