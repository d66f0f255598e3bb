import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readRuns } from './read-run'
import type { Run } from './run'
import { runsReport } from './runs-report'
import { example, filesOf, perplexityRun, taskRun } from './test-support/runs'

const folder = mkdtempSync(join(tmpdir(), 'tint-runs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const text = perplexityRun('text', { inner: [8, 12], 'tint 0.01': [7, 11] }, { examples: [example] })
const task = taskRun('task', {
  inner: [
    [1, 0],
    [0, 0],
  ],
  'tint 0.01': [
    [1, 1],
    [1, 0],
  ],
})

/** Writes a run's folder, some of its files changed or left out. */
function write(
  name: string,
  run: Run,
  change: (files: Record<string, string>) => object = () => ({}),
): string {
  const path = join(folder, name)
  mkdirSync(path, { recursive: true })
  const files = filesOf(run)
  for (const [file, content] of Object.entries({ ...files, ...change(files) })) {
    if (content !== undefined) writeFileSync(join(path, file), content)
  }
  return path
}

describe('readRuns', () => {
  it('reads what both commands write, and tells folders of one name apart', async () => {
    const folders = [write('text', text), write('task', task), write('other/text', text)]
    const runs = await readRuns(folders)
    expect(runs.map(({ name }) => name)).toEqual([folders[0], 'task', folders[2]])
    expect(runs[0]).toEqual({ ...text, name: folders[0], folder: folders[0] })
    expect(runs[1]).toEqual({ ...task, name: 'task', folder: folders[1] })
    expect(runsReport(runs).runs.map(({ results }) => results.length)).toEqual([2, 2, 2])
  })

  it('reads a run that was whole all along, and one that was merged', async () => {
    const path = write('merged', { ...text, configuration: { ...text.configuration, shard: null } as never })
    expect((await readRuns([path]))[0]!.configuration).toEqual(text.configuration)
  })

  it('takes a run without examples, as merged ones are', async () => {
    const path = write('without', { ...text, examples: [] })
    expect((await readRuns([path]))[0]).toMatchObject({ examples: [] })
  })

  it.each([
    ['is no JSON', '{', /examples\.json holds no examples of such a run \(Invalid input: expected array/],
    ['has another form', '[{}]', /\(0\.choice: .*\). The file was changed; copy it again .* or delete it/],
  ])('refuses examples whose file %s', async (_, content, words) => {
    const path = write(`examples ${content}`, text, () => ({ 'examples.json': content }))
    await expect(readRuns([path])).rejects.toThrow(words)
  })

  const lines = (content: string) => content.trimEnd().split('\n')
  const changedLine = (content: string, index: number, to: string) =>
    `${lines(content).with(index, to).join('\n')}\n`

  it.each<[string, (files: Record<string, string>) => object, RegExp]>([
    [
      'a run that is not finished',
      () => ({ 'results.json': undefined, 'configuration.json': '{}' }),
      /The run in .* is not finished: .* Go on with the same command and --resume/,
    ],
    [
      'a folder of something else',
      () => ({ 'results.json': undefined }),
      /holds no run; expected the folder of a run/,
    ],
    [
      'a run without samples',
      () => ({ 'samples.jsonl': undefined }),
      /samples\.jsonl does not exist; expected it beside results\.json/,
    ],
    [
      'results that are cut off',
      (files) => ({ 'results.json': files['results.json']!.slice(0, 60) }),
      /results\.json, line 3: is not valid JSON \(.*\)\. .* run the same command again with --resume/,
    ],
    [
      'results with a field that is wrong',
      (files) => ({ 'results.json': files['results.json']!.replace('"context": 8', '"context": "8"') }),
      /results\.json, line \d+: configuration\.context is not what this version writes \(.*number/,
    ],
    [
      'results without a field',
      (files) => ({ 'results.json': files['results.json']!.replace('"modelHash"', '"hash"') }),
      /results\.json, line 1: modelHash is not what this version writes/,
    ],
    [
      'a part of a run',
      (files) => ({
        'results.json': files['results.json']!.replace(
          '"format": 2',
          '"shard": {"number":1,"count":2}, "format": 2',
        ),
      }),
      /is of one part of a run .* Put all of its parts together with tint merge first/,
    ],
    [
      'a sample that is no JSON',
      (files) => ({ 'samples.jsonl': changedLine(files['samples.jsonl']!, 1, '{') }),
      /samples\.jsonl, line 2: it is no sample of such a run/,
    ],
    [
      'a sample with a wrong field',
      (files) => ({ 'samples.jsonl': files['samples.jsonl']!.replace('"tokens":4', '"tokens":0') }),
      /samples\.jsonl, line 1: it is no sample of such a run \(tokens: /,
    ],
    [
      'samples that are cut off',
      (files) => ({ 'samples.jsonl': files['samples.jsonl']!.slice(0, -5) }),
      /samples\.jsonl, line 4: it is cut off/,
    ],
    [
      'samples of which some are missing',
      (files) => ({ 'samples.jsonl': `${lines(files['samples.jsonl']!).slice(0, 3).join('\n')}\n` }),
      /line 3: the file ends after 3 samples, but results\.json was made from 4/,
    ],
    [
      'a sample that is there twice',
      (files) => ({
        'samples.jsonl': changedLine(files['samples.jsonl']!, 3, lines(files['samples.jsonl']!)[2]!),
      }),
      /line 4: context 0, way tint at fraction 0\.5 and rate 0\.01 is there twice, also in line 3/,
    ],
  ])('refuses %s', async (name, change, words) => {
    await expect(readRuns([write(name, text, change)])).rejects.toThrow(words)
  })

  it('refuses folders that are not there, and one that is given twice', async () => {
    const path = write('once', text)
    await expect(readRuns([path, `${path}/.`])).rejects.toThrow(/is given twice/)
    await expect(readRuns([join(folder, 'nowhere')])).rejects.toThrow(
      /nowhere does not exist; expected the folder/,
    )
    write('several/test', text, () => ({ 'configuration.json': '{}' }))
    await expect(readRuns([join(folder, 'several')])).rejects.toThrow(
      /is no run itself, but holds some: .*several\/test\. Name the one/,
    )
    await expect(readRuns([join(path, 'results.json')])).rejects.toThrow(/is a file; expected the folder/)
  })
})
