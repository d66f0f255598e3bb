import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runJson, runTint, temporaryFolder } from './test-support'

const folder = temporaryFolder()
afterAll(folder.remove)
const at = (...names: readonly string[]) => join(folder.path, ...names)
const read = (...names: readonly string[]) => readFileSync(at(...names), 'utf8')

const text = at('storks.txt')
writeFileSync(text, 'The storks fly south in autumn, the cranes fly north in spring. '.repeat(8))

const perplexity = (output: string, ...more: readonly string[]) => [
  ...['perplexity', '--model', 'opt-nano-bytes', '--text', text, '--context', '64', '--batch', '2'],
  ...['--train-fraction', '0.5,0.8', '--learning-rate', '1e-3', '--engine', 'wasm'],
  ...['--output', at(output), ...more],
]

const slurm = (id: number) => ({
  SLURM_ARRAY_TASK_ID: `${id}`,
  SLURM_ARRAY_TASK_MIN: '0',
  SLURM_ARRAY_TASK_COUNT: '3',
})

let whole: Record<string, unknown>
beforeAll(async () => {
  whole = await runJson(perplexity('whole'))
  for (const id of [0, 1]) {
    const { code, stderr } = await runTint(perplexity('run'), { environment: slurm(id) })
    expect(code).toBe(0)
    expect(stderr).toContain(`tint: computing shard ${id + 1}/3, as SLURM_ARRAY_TASK_ID has it`)
  }
  expect((await runTint(perplexity('run', '--shard', '3/3', '--workers', '2'))).code).toBe(0)
})

describe('tint merge', () => {
  it('makes of shards the folder of a single run, byte by byte', async () => {
    expect(readdirSync(at('run')).sort()).toEqual(['shard-1-of-3', 'shard-2-of-3', 'shard-3-of-3'])
    expect(await runJson(['merge', at('run'), '--output', at('merged')])).toEqual({
      shards: 3,
      samples: read('whole', 'samples.jsonl').split('\n').length - 1,
      output: at('merged'),
    })
    for (const file of ['samples.jsonl', 'configuration.json', 'results.json']) {
      expect(read('merged', file)).toBe(read('whole', file))
    }
    const without = readdirSync(at('whole')).filter((name) => name !== 'examples.json')
    expect(readdirSync(at('merged')).sort()).toEqual(without.sort())
    // The run's own command finds it finished, and adds the sample texts.
    expect(await runJson(perplexity('merged', '--resume'))).toEqual(whole)
    for (const file of ['examples.json', 'report.html'])
      expect(read('merged', file)).toBe(read('whole', file))
  })

  it('does not pass the figures of a part off as those of the run', async () => {
    const { code, stdout } = await runTint(perplexity('run', '--shard', '1/3', '--resume'))
    expect(code).toBe(0)
    expect(stdout).toMatch(/^shard +1\/3 of a run: all figures are of this part alone/m)
    expect(read('run', 'shard-1-of-3', 'report.html')).toContain('This is shard 1/3 of a run')
    expect(read('whole', 'report.html')).not.toContain('This is shard')
  })

  it('takes the shards one by one, in any order, and tells people what it did', async () => {
    const shards = [3, 1, 2].map((number) => at('run', `shard-${number}-of-3`))
    const { code, stdout } = await runTint(['merge', ...shards, '--output', at('ordered')])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^merged +\d+ samples of 3 shards, in /)
    expect(read('ordered', 'samples.jsonl')).toBe(read('whole', 'samples.jsonl'))
  })

  it('knows a job that repeats one task of an array for no whole run', async () => {
    const repeated = { ...slurm(1), SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '1' }
    const { code, stderr } = await runTint(perplexity('run'), { environment: repeated })
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /holds shard-1-of-3, and this would be shard 1\/1; expected shards of one division\. .*--shard 1\/3/,
    )
    expect(readdirSync(at('run'))).toHaveLength(3)
  })

  /** A copy of the shards, changed. */
  const changed = (name: string, change: (...names: string[]) => void) => {
    rmSync(at(name), { recursive: true, force: true })
    cpSync(at('run'), at(name), { recursive: true })
    change(name)
    return [at(name)]
  }

  const edit = (file: string, from: string | RegExp, to: string) => (name: string) =>
    writeFileSync(at(name, file), read(name, file).replace(from, to))

  it.each<[string, () => string[], RegExp]>([
    [
      'a shard that is missing',
      () => changed('missing', (name) => rmSync(at(name, 'shard-2-of-3'), { recursive: true })),
      /There is no shard 2\/3; expected all 3\. Compute what is missing with --shard/,
    ],
    [
      'a shard twice',
      () => [at('run'), at('run', 'shard-1-of-3')],
      /Shard 1\/3 is there twice, in .* and in /,
    ],
    [
      'a shard that is not finished',
      () => changed('unfinished', (name) => rmSync(at(name, 'shard-3-of-3', 'results.json'))),
      /The run in .*shard-3-of-3 is not finished: .* with the same command and --resume first/,
    ],
    [
      'a shard of another run',
      () => changed('other', edit('shard-2-of-3/results.json', '"context": 64', '"context": 63')),
      /are of different runs: context is 64 in the one and 63 in the other/,
    ],
    [
      'a sample that is missing',
      () => changed('cut', edit('shard-2-of-3/samples.jsonl', /.*\n$/, '')),
      /the file ends after \d+ samples, but results\.json was made from \d+/,
    ],
    [
      'a sample that two shards have, with other numbers',
      () =>
        changed('conflicting', (name) => {
          const [first = ''] = read(name, 'shard-1-of-3', 'samples.jsonl').split('\n')
          const conflict = first.replace(/"negativeLogLikelihood":[^,]*/, '"negativeLogLikelihood":1')
          edit('shard-2-of-3/samples.jsonl', /^.*/, conflict)(name)
        }),
      /The sample of context 0, way inner at fraction 0\.5 is there twice, with other numbers: in /,
    ],
    ['a whole run', () => [at('whole')], /holds a whole run and no shard of one; there is nothing to merge/],
    [
      'a folder of something else',
      () => [folder.path],
      /holds no shards of a run; expected what --shard has/,
    ],
    ['a folder that is not there', () => [at('none')], /cannot be read \(ENOENT\); expected the shards/],
  ])('refuses %s, and writes nothing', async (_, given, words) => {
    const { code, stdout, stderr } = await runTint(['merge', ...given(), '--output', at('refused')])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(words)
    expect(readdirSync(folder.path)).not.toContain('refused')
  })

  it('does not touch what a merge left that was cut off, and says what to do', async () => {
    cpSync(at('ordered'), at('cut-off'), { recursive: true })
    rmSync(at('cut-off', 'results.json'))
    const { code, stderr } = await runTint(['merge', at('run'), '--output', at('cut-off')])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /cut-off holds a run already; delete it if a merge was cut off there, or give another/,
    )
    expect(read('cut-off', 'samples.jsonl')).toBe(read('whole', 'samples.jsonl'))
  })

  it.each<[string, string[], Record<string, string>, number, RegExp]>([
    ['no part', ['--shard', '2'], {}, 2, /"2" is not I\/N/],
    [
      'a part that there is not',
      ['--shard', '4/3'],
      {},
      1,
      /The shard is 4\/3; expected a whole number from 1/,
    ],
    ['more parts than batches', ['--shard', '1/99'], {}, 1, /99 shards, but the run has 20 batches to share/],
    ['a pod of an unknown number', [], { JOB_COMPLETION_INDEX: '1' }, 1, /set JOB_COMPLETIONS/],
    ['a queue beside it', ['--shard', '1/2', '--queue', 'redis://localhost'], {}, 2, /leave --shard out/],
    ['--worker without a queue', ['--worker'], {}, 2, /name its Redis with --queue/],
  ])('tint perplexity refuses %s', async (_, more, environment, code, words) => {
    const result = await runTint(perplexity('never', ...more), { environment })
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(words) })
    expect(readdirSync(folder.path)).not.toContain('never')
  })
})
