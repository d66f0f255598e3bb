import { parse } from 'parse5'
import { describe, expect, it } from 'vitest'
import type { Run } from '../runs/run'
import { runsReport } from '../runs/runs-report'
import { example, hashOf, perplexityRun, taskRun } from '../runs/test-support/runs'
import { runsPage } from './runs-page'

/** What the parser of browsers finds wrong with a page. */
function problemsOf(page: string): string[] {
  const problems: string[] = []
  parse(page, { onParseError: ({ code, startLine }) => problems.push(`line ${startLine}: ${code}`) })
  return problems
}

const pageOf = (...runs: Run[]) => runsPage(runsReport(runs))
const textOf = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

const trainFractions = [0.5, 0.9]
const losses = {
  inner: [8, 12, 10],
  'exact 0.001': [7.1, 10, 9.5],
  'exact 0.01': [7, 10, 9],
  'tint 0.001': [7.2, 10.5, 9],
  'tint 0.01': [8, 13, 10],
}
const one = perplexityRun('<one>', losses, { trainFractions })
const two = perplexityRun('two', losses, { trainFractions, modelHash: hashOf('f') })
const other = perplexityRun('other', losses, { file: 'other.txt', dataSha256: hashOf('0') })
const task = taskRun('task', {
  inner: [
    [1, 0, 0, 0],
    [0, 0, 0, 0],
  ],
  'tint 0.001': [
    [1, 0, 1, 0],
    [1, 0, 0, 0],
  ],
  'tint 0.01': [
    [1, 1, 1, 0],
    [1, 1, 0, 0],
  ],
})

describe('runsPage', () => {
  const page = pageOf(one, two, other, task)

  it('is well-formed, needs nothing from elsewhere and runs nothing', () => {
    expect(problemsOf(page)).toEqual([])
    expect(page).not.toMatch(/<script|<link|<img|@import|url\((?!#)|https?:/)
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
    expect(page).toContain('&lt;one&gt;, TinT')
  })

  it('shows gains token by token where a run has some', () => {
    expect(page).not.toContain('Gains token by token')
    const shown = pageOf({ ...one, examples: [example] }, two)
    expect(problemsOf(shown)).toEqual([])
    expect(shown.match(/class="example"/g)).toHaveLength(1)
    expect(shown).toContain('<span class="better4" title="3.0000 → 1.0000 nats">fly</span>')
    expect(shown).toMatch(/<span class="worse2" title="[^"]+"> &lt;away&gt;<\/span>/)
  })

  it('draws a line for each way and run, with error bars, over rates and over shares', () => {
    const charts = page.match(/<svg viewBox="0 0 400[\s\S]*?<\/svg>/g)!
    const overRates = charts.filter((chart) => chart.includes('Loss against learning rate'))
    expect(overRates).toHaveLength(trainFractions.length + 1)
    for (const chart of overRates.slice(0, 2)) {
      for (const run of ['run1', 'run2']) {
        for (const way of ['inner', 'exact', 'tint']) expect(chart).toContain(`class="series ${way} ${run}"`)
      }
      expect(chart.match(/class="bar"/g)).toHaveLength(8)
    }
    const overShares = charts.filter((chart) => chart.includes('share of the context that is learned'))
    // Loss, gain and the gains of single contexts, for each of the two texts.
    expect(overShares).toHaveLength(6)
    expect(overShares[2]!.match(/class="box /g)).toHaveLength(2 * 2 * 2)
    expect(charts.filter((chart) => chart.includes('Accuracy against learning rate'))).toHaveLength(1)
  })

  it('has bars with errors of a task, and tables of all results beside the charts', () => {
    expect(page).toContain('<span class="inner" style="width: 12.5%">')
    expect(textOf(page)).toContain('task, TinT at 0.01 62.5 ± 12.5 %')
    expect(page.match(/<tr class="(inner|exact|tint)/g)).toHaveLength(2 * 10 + 5 + 3)
    expect(textOf(page)).toContain('+50.0 ± 0.0 points')
  })

  it('has a scale that can be read where a model answers everything alike', () => {
    const answers = [[1, 0]]
    const alike = pageOf(taskRun('alike', { inner: answers, 'tint 0.001': answers, 'tint 0.01': answers }))
    const ticks = [...alike.matchAll(/text-anchor="end">([^<]+)</g)].map(([, tick]) => tick!)
    expect(ticks).toContain('50.0')
    expect(Math.max(...ticks.map((tick) => tick.length))).toBeLessThan(6)
  })

  it('tells differences with pairs and p-values, how they were found, and what cannot be compared', () => {
    const text = textOf(page)
    // 1, 2 and 1 nats of 4 tokens each: 4 / 12; p is 2 of 8 flips.
    expect(text).toContain(
      '&lt;one&gt;, model alone &lt;one&gt;, exact at 0.01 50 % learned +0.3333 ± 0.0833 nats 3 0.250',
    )
    expect(text).toContain('two-sided: by all ways to flip signs where few pairs differ')
    expect(text).toContain('Holm’s method')
    expect(text).toContain('the texts are others: book.txt')
    expect(text).toContain('one predicts a text, the other does a task')
  })

  it('shows a single run in the colours of its ways, and what was not measured is left away', () => {
    const single = pageOf(one)
    expect(problemsOf(single)).toEqual([])
    expect(single).toContain('class="series tint"')
    expect(single).not.toContain('What cannot be compared')
    const inner = pageOf(perplexityRun('inner', { inner: [3] }))
    expect(problemsOf(inner)).toEqual([])
    expect(inner).toContain('No run learned')
    expect(inner).not.toMatch(/NaN|undefined|Infinity/)
    const diverged = pageOf(perplexityRun('odd', { inner: [3, 4], 'tint 0.1': [null, 5], 'exact 0': [3, 4] }))
    expect(problemsOf(diverged)).toEqual([])
    expect(diverged).toContain('diverged in 1 contexts')
    expect(diverged).not.toMatch(/NaN|undefined|Infinity/)
  })
})
