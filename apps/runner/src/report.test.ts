import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gitRevision } from './git-revision'
import { runJson, runTint, temporaryFolder } from './test-support'

const folder = temporaryFolder()
afterAll(folder.remove)

const place = (name: string) => join(folder.path, name)
const letters = fileURLToPath(new URL('../../../packages/evaluate/src/fixtures/letters', import.meta.url))

beforeAll(async () => {
  const texts = {
    'storks.txt': 'The storks fly south in autumn. ',
    'cranes.txt': 'Cranes fly north in spring. ',
  }
  for (const [name, sentence] of Object.entries(texts)) writeFileSync(place(name), sentence.repeat(10))
  const measure = (text: string, model: string, output: string) =>
    runJson([
      ...[
        'perplexity',
        '--model',
        model,
        '--text',
        place(text),
        '--context',
        '64',
        '--output',
        place(output),
      ],
      ...['--train-fraction', '0.5,0.8', '--learning-rate', '3e-4,1e-3', '--engine', 'wasm'],
    ])
  await measure('storks.txt', 'gpt2-nano-bytes', 'gpt2')
  await measure('storks.txt', 'opt-nano-bytes', 'opt')
  await measure('cranes.txt', 'opt-nano-bytes', 'cranes')
  await runJson([
    ...['evaluate', '--model', letters, '--task', join(letters, 'letters.yaml'), '--data', letters],
    ...['--seeds', '1,2', '--limit', '20', '--learning-rate', '0.005', '--loss', 'labels', '--steps', '1'],
    ...[
      '--demonstrations',
      'separate',
      '--query-sees',
      'itself',
      '--engine',
      'wasm',
      '--output',
      place('letters'),
    ],
  ])
})

const all = () => ['gpt2', 'opt', 'cranes', 'letters'].map(place)

describe('tint report', () => {
  it('compares what shares samples, says why the rest does not, and writes a page of its own', async () => {
    const report = await runJson(['report', ...all(), '--output', place('page.html')])
    const runs = report.runs as Record<string, unknown>[]
    expect(runs.map(({ name, kind }) => [name, kind])).toEqual([
      ['gpt2', 'perplexity'],
      ['opt', 'perplexity'],
      ['cranes', 'perplexity'],
      ['letters', 'task'],
    ])
    for (const [index, run] of runs.entries()) {
      const written = JSON.parse(readFileSync(join(all()[index]!, 'results.json'), 'utf8'))
      expect(run).toMatchObject({
        ...{ results: written.results, modelHash: written.modelHash, versions: written.versions },
        ...{ engine: 'wasm', gitRevision: await gitRevision() },
      })
    }
    const comparisons = report.comparisons as Record<string, Record<string, unknown>>[]
    // Tokens of both models are bytes, so that their contexts are the same.
    const between = comparisons.filter(({ first, second }) => first!.run !== second!.run)
    expect(between.map(({ first, second }) => [first!.run, second!.run, first!.way])).toEqual(
      [0.5, 0.8].flatMap(() => ['inner', 'exact', 'tint'].map((way) => ['gpt2', 'opt', way])),
    )
    for (const { pairs, pValue } of between) {
      expect(pairs).toBe(5)
      expect(pValue).toBeGreaterThanOrEqual(2 / 2 ** 5)
    }
    const learned = comparisons.find(({ kind, second }) => String(kind) === 'task' && second!.way === 'tint')
    expect(learned!.difference).toBeGreaterThan(0.3)
    expect(report.incomparable).toHaveLength(3)
    const page = readFileSync(place('page.html'), 'utf8')
    expect(page).toContain('Perplexity of storks.txt')
    expect(page).not.toMatch(/<script|<link|<img|https?:/)
  })

  it('prints tables for people', async () => {
    const { code, stdout, stderr } = await runTint(['report', ...all()])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^opt +TinT +0\.8 +0\.001 +\d\.\d{5} ± \d\.\d{5} +\+\d\.\d{5} ± /m)
    expect(stdout).toMatch(/^letters +TinT +equals +0\.005 +\d+\.\d ± \d+\.\d +\+\d/m)
    expect(stdout).toMatch(/^gpt2 inner +gpt2 exact 0\.001 +0\.5 +\+\d\.\d{5} ± \d\.\d{5} +5 +0\.\d{3}/m)
    expect(stdout).toMatch(/two-sided, by all sign flips/)
    expect(stdout).toMatch(/^gpt2, opt with cranes: the texts are others: storks\.txt/m)
  })

  /** A copy of a run whose file is changed. */
  const damaged = (name: string, file: string, change: (content: string) => string) => {
    mkdirSync(place(name))
    for (const own of readdirSync(place('opt'))) copyFileSync(join(place('opt'), own), join(place(name), own))
    writeFileSync(join(place(name), file), change(readFileSync(join(place(name), file), 'utf8')))
    return place(name)
  }

  it.each<[string, () => string[], number, RegExp]>([
    ['no folder', () => [], 2, /missing required argument/],
    ['a folder that is not there', () => ['/no/run'], 1, /The folder \/no\/run does not exist; expected/],
    [
      'a run that has not ended',
      () => {
        mkdirSync(place('begun'))
        writeFileSync(join(place('begun'), 'configuration.json'), '{}')
        return [place('begun')]
      },
      1,
      /begun is not finished: .*Go on with the same command and --resume/,
    ],
    [
      'samples that someone has changed',
      () => [damaged('changed', 'samples.jsonl', (text) => text.replace('"way":"exact"', '"way":"exakt"'))],
      1,
      /samples\.jsonl, line \d+: it is no sample of such a run \(way: /,
    ],
    [
      'results that are cut off',
      () => [damaged('cut', 'results.json', (text) => text.slice(0, 300))],
      1,
      /results\.json, line \d+: is not valid JSON/,
    ],
    ['a run given twice', () => [place('opt'), place('opt')], 1, /opt is given twice/],
    [
      'a page that would replace samples',
      () => [place('opt'), '--output', join(place('opt'), 'samples.jsonl')],
      2,
      /expected the name of a page, such as report\.html/,
    ],
    [
      "a page that would replace a run's own",
      () => [place('opt'), '--output', join(place('opt'), 'report.html')],
      2,
      /lies in the folder of the run .*; expected a place outside/,
    ],
    [
      'a page in no folder',
      () => [place('opt'), '--output', '/no/page.html'],
      1,
      /\/no of --output does not exist/,
    ],
  ])('refuses %s', async (_, given, code, words) => {
    const before = readFileSync(join(place('opt'), 'samples.jsonl'), 'utf8')
    const result = await runTint(['report', ...given(), '--json'])
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(words) })
    expect(result.stderr.trim().split('\n')).toHaveLength(1)
    expect(readFileSync(join(place('opt'), 'samples.jsonl'), 'utf8')).toBe(before)
    expect(existsSync('/no')).toBe(false)
  })
})
