import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'parse5'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readResults, resultsSchema } from './results.mjs'
import { works } from './works/index.mjs'

const command = fileURLToPath(new URL('../run.mjs', import.meta.url))
const names = works.map(({ name }) => name)
let folder: string
let out: string
let run: Finished

interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Without PyTorch, on an engine that is everywhere.
 *
 * @param interruptAt sends what Ctrl-C does, once, when this is told
 */
function bench(args: readonly string[], interruptAt?: string): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const python = join(folder, 'no-python')
    const child = spawn(process.execPath, [
      command,
      '--quick',
      '--engine',
      'wasm',
      '--python',
      python,
      ...args,
    ])
    let interrupted = false
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      if (interruptAt === undefined || interrupted || !stderr.includes(interruptAt)) return
      interrupted = true
      child.kill('SIGINT')
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}

const stored = async (path: string) => resultsSchema.parse(JSON.parse(await readFile(path, 'utf8')))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tint-bench-test-'))
  out = join(folder, 'results')
  run = await bench(['--out', out])
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

describe('the whole suite in tiny sizes, without PyTorch', () => {
  it('ends well, says that there is no PyTorch, and prints a table of each work', () => {
    expect(run.stderr).toContain('no-python has no torch with transformers: ours is measured alone')
    expect(run).toMatchObject({ code: 0 })
    for (const { title } of works) expect(run.stdout).toContain(`\n${title}\n`)
  })

  it('says of no goal whether it is met: goals are for the full sizes', async () => {
    const goals = /^ +(.*) +(yes|no|–)$/gm
    const verdicts = [...run.stdout.matchAll(goals)].map(([, , met]) => met)
    expect(verdicts.length).toBeGreaterThan(10)
    expect(new Set(verdicts)).toEqual(new Set(['–']))
    expect(await readFile(join(out, 'index.html'), 'utf8')).not.toMatch(/<td[^>]*>(yes|no)<\/td>/)
  })

  it('writes results of every work in the form that is read again, with what they were measured on', async () => {
    const results = await stored(join(out, 'results.json'))
    expect(Object.keys(results.works)).toEqual(names)
    for (const entry of Object.values(results.works)) {
      expect(entry).toMatchObject({ quick: true, rounds: 1, machine: { pytorch: null } })
    }
  })

  it('counts the memory of all processes that compute perplexity', async () => {
    const { perplexity, step } = (await stored(join(out, 'results.json'))).works
    const memory = (entry: typeof perplexity) =>
      (entry!.result as { ways: { peakMemoryBytes: number }[] }).ways[0]!.peakMemoryBytes
    const { processes } = perplexity!.result as { processes: number }
    // Each has an engine, as the process of a step has.
    expect(memory(perplexity)).toBeGreaterThan((processes + 1) * 0.6 * memory(step))
  })

  it('finds finite figures above zero, and no ratios', async () => {
    const results = await stored(join(out, 'results.json'))
    const figures = Object.values(results.works).flatMap((entry) => numbersOf(entry?.result, []))
    const zero = figures.filter(
      ({ path, value }) => !(Number.isFinite(value) && value > 0) && !mayBeZero(path),
    )
    expect(zero).toEqual([])
    expect(figures.length).toBeGreaterThan(150)
    expect(JSON.stringify(results)).not.toMatch(/"ratioToPyTorch":[^n]/)
  })

  it('draws one page that needs nothing else, with a section, tables and charts of each work', async () => {
    const page = await readFile(join(out, 'index.html'), 'utf8')
    const problems: string[] = []
    parse(page, { onParseError: ({ code }) => problems.push(code) })
    expect(problems).toEqual([])
    expect(page).not.toMatch(/(src|href)=|url\(|NaN|undefined|Infinity|\[object/)
    expect(page.match(/<h2>.*?<\/h2>/g)).toEqual(
      ['Goals', ...works.map(({ title }) => title)].map((title) => `<h2>${title}</h2>`),
    )
    // Both charts of the step, one of its bars for each way; six log-log charts of growth.
    expect(page.match(/aria-label="Step: /g)).toHaveLength(2)
    expect(page.match(/both axes logarithmic/g)).toHaveLength(6)
    expect(page).toContain('prefers-color-scheme: dark')
    expect(page).toContain('mean nothing')
  })
})

describe('results of several runs', () => {
  it('are merged: works that run again replace theirs, others stay', async () => {
    const path = join(out, 'results.json')
    const before = await stored(path)
    const again = await bench(['--only', 'start', '--out', out])
    expect(again).toMatchObject({ code: 0 })
    const { start, ...others } = (await stored(path)).works
    const { start: old, ...unchanged } = before.works
    expect(others).toEqual(unchanged)
    expect(Date.parse(start?.date ?? '')).toBeGreaterThan(Date.parse(old?.date ?? ''))
  })

  it('are refused where a file holds something else, by name of the field, before anything is measured', async () => {
    const path = join(folder, 'results.json')
    const good = await stored(join(out, 'results.json'))
    await writeFile(path, JSON.stringify({ ...good, works: { ...good.works, start: { date: 'today' } } }))
    await expect(readResults(path)).rejects.toThrow(`${path} is not as this bench writes it (at works.start.`)
    await writeFile(path, '{')
    const refused = await bench(['--out', folder])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(
      /^bench: .*results\.json is not as this bench writes it .*Move the file away.*\n$/,
    )
  })
})

it('stops at Ctrl-C with its children, and leaves no result half done', async () => {
  const place = join(folder, 'stopped')
  const stopped = await bench(['--only', 'growth', '--rounds', '100000', '--out', place], 'round 3 ')
  expect(stopped).toMatchObject({ code: 130, stdout: '' })
  expect(stopped.stderr).toContain('bench: stopped;')
  expect(await readResults(join(place, 'results.json'))).toEqual({ version: 1, works: {} })
})

interface Figure {
  readonly path: string
  readonly value: number
}

function numbersOf(value: unknown, path: readonly string[]): Figure[] {
  if (typeof value === 'number') return [{ path: path.join('.'), value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => numbersOf(inner, [...path, name]))
}

/** Slopes may fall, and a kernel's time may be below what the clock tells. */
function mayBeZero(path: string): boolean {
  return /slopes\.|^kernels\..*\.seconds$/.test(path)
}
