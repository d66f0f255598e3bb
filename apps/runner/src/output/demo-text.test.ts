import { describe, expect, it } from 'vitest'
import type { BestResult, DemoReport } from '../demo-report'
import { demoConclusion } from './demo-conclusion'
import { demoText, nextCommands } from './demo-text'

const text = new TextEncoder().encode('the cat sat. the dog sat. the cat ran.')

/** A report of one rate, with these losses. */
function reportOf(before: number, exact: number, tint: number): DemoReport {
  const best = (loss: number): BestResult => ({ learningRate: 0.001, loss })
  return {
    model: 'gpt2-nano-bytes',
    family: 'gpt2',
    text: { file: 'cats.txt', bytes: text.length },
    trainLength: 26,
    results: [
      { way: 'inner', learningRate: null, loss: before },
      { way: 'exact', learningRate: 0.001, loss: exact },
      { way: 'tint', learningRate: 0.001, loss: tint },
    ],
    best: {
      exact: best(exact),
      tint: best(tint),
      recovered: exact < before ? (before - tint) / (before - exact) : null,
    },
    bytes: [{ position: 26, byte: 116, lossBefore: before, lossAfter: tint }],
    seconds: { load: 0.1, steps: 0.2 },
    engine: 'wasm',
    engineDetails: { name: 'wasm', version: '4.22.0', threads: 1, device: 'CPU', passedOver: [] },
  }
}

describe('demoConclusion', () => {
  it.each<[string, [number, number, number], RegExp]>([
    ['a gain', [2, 1, 1.1], /as unsure as between 7\.4 equally likely bytes, afterwards as between 3\.0\./],
    ['its share', [2, 1, 1.1], /reached 90 % of what exact back-propagation gained\.$/],
    ['more than exact', [2, 1, 0.9], /gained more than exact back-propagation here \(110 %\)\.$/],
    [
      'worse than guessing before',
      [7, 2, 2],
      /before, .* worse than guessing among all 256 bytes, afterwards it was/,
    ],
    [
      'worse than guessing still',
      [9, 6, 6],
      /before and afterwards, .* worse than guessing among all 256 bytes\./,
    ],
    ['a loss that rose', [2, 2.1, 2.2], /^Every one of these rates made it worse on this text\. Try smaller/],
    ['no change', [2, 2, 2], /^None of these rates helped on this text\./],
    [
      'a gain of exact alone',
      [2, 1.5, 2.2],
      /^None .* helped TinT .* exact .* took the loss from 2\.00 to 1\.50\./,
    ],
    ['a gain of TinT alone', [2, 2.5, 1.5], /Exact back-propagation gained nothing\.$/],
  ])('tells of %s', (_, losses, words) => {
    expect(demoConclusion(reportOf(...losses))).toMatch(words)
  })
})

describe('demoText', () => {
  it('marks the best of each column', () => {
    expect(demoText(reportOf(2, 1, 1.1), text)).toMatch(/^0\.001 +2\.00000 +\* 1\.00000 +\* 1\.10000$/m)
  })

  it('marks nothing in a column where the loss rose', () => {
    expect(demoText(reportOf(2, 1, 2.2), text)).toMatch(/^0\.001 +2\.00000 +\* 1\.00000 +2\.20000$/m)
  })

  it('fits a narrow terminal', () => {
    // The commands, which stay whole, depend on how the tests were started.
    const [lines = ''] = demoText(reportOf(2, 1, 1.1), text, 60).split('Next:')
    expect(Math.max(...lines.split('\n').map((line) => line.length))).toBe(60)
  })
})

describe('nextCommands', () => {
  it('says beside each command what it does, where there is room', () => {
    expect(nextCommands('tint', 80)).toMatch(/^ {2}tint doctor +what computes here/m)
  })

  it('says it below elsewhere', () => {
    expect(nextCommands('tint', 60)).toContain('  tint doctor\n      what computes here')
  })
})
