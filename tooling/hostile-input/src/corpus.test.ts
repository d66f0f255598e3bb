import { beforeAll, describe, expect, it } from 'vitest'
import { corpus } from './corpus'
import { type Measurement, measureCorpus } from './measured'
import { oddities } from './oddities'

const megabyte = 2 ** 20

/*
 * In milliseconds of the processor. Elsewhere tests do not assert times, but that a malformed file cannot keep a program
 * busy is the point here, and time of the processor, unlike that of a clock, does not depend on what else is running.
 * The worst case takes a half.
 */
const mostTime = 1000

/** Above its start; the largest of the files have 10 MB, and a text takes one or two bytes a letter. */
const mostPeak = 96 * megabyte

/** Of a group: names of objects and compiled code stay for a while. */
const mostKept = 16 * megabyte

let measured: Measurement
beforeAll(() => {
  measured = measureCorpus()
})

describe.each(corpus)('$title', ({ title, cases }) => {
  it.each(cases)('that $what ($name) is refused', ({ name, error, words }) => {
    const outcome = measured.cases.get(name)!
    expect(outcome.error).toMatchObject({ name: error, typed: true })
    expect(outcome.error!.message).toMatch(words)
    // One sentence or two, whatever the file holds.
    expect(outcome.error!.message).not.toContain('\n')
    expect(outcome.error!.message.length).toBeLessThan(1200)
    expect(outcome.cpuMilliseconds).toBeLessThan(mostTime)
    expect(outcome.peakBytes).toBeLessThan(mostPeak)
    expect(outcome).toMatchObject({
      tensors: 0,
      openedOutside: [],
      connections: [],
      programs: [],
      changed: [],
    })
  })

  it('leaves nothing in memory', () => {
    expect(measured.groups.get(title)!.keptBytes).toBeLessThan(mostKept)
  })
})

describe('what is unusual and right', () => {
  it.each(oddities)('$what ($name) is read', ({ name }) => {
    expect(measured.oddities.get(name)).toMatchObject({ error: null, tensors: 0, programs: [], changed: [] })
  })
})

describe('the corpus', () => {
  it('has each case once', () => {
    const names = [...corpus.flatMap(({ cases }) => cases), ...oddities].map(({ name }) => name)
    expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([])
    expect(names.filter((name) => !/^[a-z0-9-]+$/.test(name))).toEqual([])
  })
})
