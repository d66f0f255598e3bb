import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optionArgs, runJson, runTint, temporaryFolder } from './test-support'

const folder = temporaryFolder()
afterAll(folder.remove)

/** A tiny model and a task whose answers are known: see tooling/task-fixtures. */
const letters = fileURLToPath(new URL('../../../packages/evaluate/src/fixtures/letters', import.meta.url))

const rightOptions: Readonly<Record<string, string>> = {
  '--model': letters,
  '--task': join(letters, 'letters.yaml'),
  '--data': letters,
  '--shots': '32',
  '--seeds': '1,2',
  '--limit': '40',
  '--learning-rate': '0.005',
  '--loss': 'labels',
  '--demonstrations': 'separate',
  '--query-sees': 'itself',
  '--steps': '1',
  '--engine': 'wasm',
}

const args = (changed?: Readonly<Record<string, string | undefined>>, ...flags: readonly string[]) =>
  optionArgs('evaluate', rightOptions, changed, ...flags)

const output = (name: string) => join(folder.path, name)
const samples = (name: string) => readFileSync(join(output(name), 'samples.jsonl'), 'utf8')

let whole: Record<string, unknown>
beforeAll(async () => {
  whole = await runJson(args({ '--output': output('whole') }))
})

describe('tint evaluate', () => {
  it('in shards that are merged gives the same, byte by byte', async () => {
    for (const shard of ['1/2', '2/2']) {
      const { code } = await runTint(args({ '--output': output('parts'), '--shard': shard }))
      expect(code).toBe(0)
    }
    await runJson(['merge', output('parts'), '--output', output('merged')])
    expect(samples('merged')).toBe(samples('whole'))
    const results = (name: string) => readFileSync(join(output(name), 'results.json'), 'utf8')
    expect(results('merged')).toBe(results('whole'))
  })

  it('finds out that one step on demonstrations teaches the task, and writes what it prints', () => {
    expect(whole).toMatchObject({
      task: { name: 'letters', labels: ['early', 'late'] },
      data: {
        examples: 40,
        examplesByLabel: [20, 20],
        testExamples: 120,
        trainExamples: 120,
        withoutText: 0,
        leftOut: 0,
      },
      configuration: { task: 'letters', shots: 32, seeds: [1, 2], steps: 1, layers: 3, engine: 'wasm' },
      engine: 'wasm',
      modelHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      versions: { node: process.versions.node },
    })
    const results = whole.results as Record<string, number>[]
    expect(results.map(({ way, learningRate }) => [way, learningRate])).toEqual([
      ['inner', null],
      ['exact', 0.005],
      ['tint', 0.005],
    ])
    const [inner, exact, tint] = results
    expect(inner!.accuracy).toBeLessThan(0.6)
    for (const learned of [exact!, tint!]) {
      expect(learned.accuracy).toBeGreaterThan(0.9)
      expect(learned.gain).toBeCloseTo(learned.accuracy! - inner!.accuracy!, 9)
    }
    expect(readdirSync(output('whole')).sort()).toEqual([
      'configuration.json',
      'results.json',
      'samples.jsonl',
    ])
    expect(JSON.parse(readFileSync(join(output('whole'), 'results.json'), 'utf8'))).toEqual(whole)
    const lines = samples('whole')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toHaveLength(3 * 2 * 40)
    const right = lines.filter(({ way, label, prediction }) => way === 'tint' && label === prediction)
    expect(right.length / 80).toBeCloseTo(tint!.accuracy!, 9)
  })

  it('goes on to the same bytes after a stop, and keeps a folder of other choices', async () => {
    const path = join(output('stopped'), 'samples.jsonl')
    const stopped = await runTint(args({ '--output': output('stopped') }), {
      interruptWhen: () => existsSync(path) && statSync(path).size > 1000,
    })
    expect(stopped.code).toBe(130)
    const kept = samples('stopped').split('\n').length - 1
    expect(stopped.stderr).toContain(
      `stopping; ${kept} of 240 samples are kept in ${output('stopped')}. Go on with the same command and --resume.`,
    )
    truncateSync(path, statSync(path).size - 5)
    const other = await runTint(args({ '--output': output('stopped'), '--calibration': 'sfc' }, '--resume'))
    expect(other).toMatchObject({ code: 1, stdout: '' })
    expect(other.stderr).toMatch(/calibration was "none" and is "sfc" now/)
    await runJson(args({ '--output': output('stopped') }, '--resume'))
    expect(samples('stopped')).toBe(samples('whole'))
  })

  it('has the same samples of several processes as of one', async () => {
    await runJson(args({ '--output': output('workers'), '--workers': '2' }))
    expect(samples('workers')).toBe(samples('whole'))
  })

  it('prints tables for people', async () => {
    const { code, stdout } = await runTint(
      args({ '--limit': '8', '--calibration': 'sfc', '--ways': 'inner,tint' }),
    )
    expect(code).toBe(0)
    expect(stdout).toMatch(/^inner +equals +\d+\.\d % ± \d+\.\d /m)
    expect(stdout).toMatch(/^TinT +equals +0\.005 +\d+\.\d % ± \d+\.\d +[+-]\d/m)
    expect(stdout).toMatch(/asked +8 of 120 examples/)
    expect(stdout).toMatch(/demonstrations +32 of 120 examples, seeds 1, 2; separate, a question sees itself/)
  })

  it('asks a task that comes with it, of a model that does, without demonstrations', async () => {
    const line = (index: number) => `${index % 2} ${index % 2 === 0 ? 'failing' : 'thriving'} ${index}\n`
    writeFileSync(
      join(folder.path, 'mpqa.all'),
      Array.from({ length: 20 }, (_, index) => line(index)).join(''),
    )
    const zero = {
      '--shots': '0',
      '--loss': undefined,
      '--demonstrations': undefined,
      '--query-sees': undefined,
    }
    const report = await runJson(
      args(
        {
          ...zero,
          ...{
            '--model': 'gpt2-nano-bytes',
            '--task': 'mpqa',
            '--data': folder.path,
            '--template': 'all',
            '--bos': undefined,
          },
          ...{ '--limit': '4', '--ways': 'inner,tint', '--learning-rate': '1e-4' },
        },
        '--bos',
      ),
    )
    const results = report.results as Record<string, unknown>[]
    expect(results.map(({ template, way }) => `${template} ${way}`)).toEqual([
      'sentiment inner',
      'sentiment tint',
      'tone inner',
      'tone tint',
    ])
    for (const { accuracy, seeds } of results) {
      expect(accuracy).toBeGreaterThanOrEqual(0)
      expect(seeds).toHaveLength(1)
    }
  })

  it.each<[string, Readonly<Record<string, string | undefined>>, number, RegExp]>([
    ['a task that is not there', { '--task': 'sst' }, 1, /There is no task sst; expected one of ag-news, /],
    [
      'data that are not there',
      { '--data': '/nowhere' },
      1,
      /\/nowhere\/letters\.train does not exist|letters\.test does not exist/,
    ],
    [
      'a template that is not there',
      { '--template': 'third' },
      1,
      /has no template third; expected some of equals, twice/,
    ],
    [
      'a calibration of longer words',
      { '--template': 'twice', '--calibration': 'sfc' },
      1,
      /"E E" of template twice is 2 tokens/,
    ],
    [
      'an arrangement that is not known',
      { '--demonstrations': 'apart' },
      2,
      /Allowed choices are single, separate/,
    ],
    ['no rate', { '--learning-rate': undefined }, 1, /No learning rate is given/],
    [
      'more demonstrations than there are',
      { '--shots': '500' },
      1,
      /expected 500\. Ask for fewer demonstrations/,
    ],
    ['labels without demonstrations', { '--shots': '0' }, 1, /With 0 demonstrations the loss labels/],
    ['a begin of text that the model does not have', { '--bos': '' }, 1, /names no token that begins a text/],
  ])('refuses %s', async (_, changed, code, words) => {
    const { '--bos': bos, ...others } = changed
    const ended = await runTint(args(others, ...(bos === undefined ? [] : ['--bos'])))
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toMatch(words)
  })

  it('says how many examples each label has where a part cannot be balanced', async () => {
    const data = join(folder.path, 'uneven')
    mkdirSync(data)
    writeFileSync(join(data, 'letters.train'), '0 s a t\n1 s e t\n')
    writeFileSync(join(data, 'letters.test'), '0 s a t\n1 s e t\n1 e s t\n1 t s e\n')
    const { code, stdout } = await runTint(
      args({ '--data': data, '--shots': '2', '--limit': '6', '--ways': 'inner' }),
    )
    expect(code).toBe(0)
    expect(stdout).toMatch(/asked +4 of 4 examples; 1 early, 3 late/)
  })

  it('names file and line of a broken row', async () => {
    const task = readFileSync(join(letters, 'letters.yaml'), 'utf8')
    writeFileSync(join(folder.path, 'letters.yaml'), task)
    writeFileSync(join(folder.path, 'letters.train'), '0 s a t\n1 s e t\n')
    writeFileSync(join(folder.path, 'letters.test'), '0 s a t\n1 s e t\n3 s e t\n')
    const { code, stderr } = await runTint(args({ '--data': folder.path }))
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /letters\.test, line 3: the label is "3"; expected one of 0, 1 \(early, late\)\. Correct that row\./,
    )
  })
})
