import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runJson, runTint, temporaryFolder } from './test-support'

const folder = temporaryFolder()
afterAll(folder.remove)

const file = (name: string, content: string) => {
  writeFileSync(join(folder.path, name), content)
  return join(folder.path, name)
}
const test = file('test.txt', 'The storks fly south in autumn, the cranes fly north in spring. '.repeat(4))
const validation = file(
  'valid.txt',
  'The swans swim east in winter, the geese walk west in summer. '.repeat(4),
)

const output = (name: string) => join(folder.path, name)
const samples = (name: string) => readFileSync(join(output(name), 'samples.jsonl'), 'utf8')

/** A recipe on two contexts of each text. */
const args = (...others: string[]) => [
  ...['perplexity', '--recipe', 'paper-wikitext', '--model', 'opt-nano-bytes', '--text', test],
  ...['--context', '32', '--limit', '2', '--batch', '2', '--workers', '1', '--engine', 'wasm', ...others],
]
const cooking = (name: string, ...others: string[]) =>
  args('--validation', validation, '--output', output(name), ...others)

interface Best {
  readonly trainFraction: number
  readonly exact: { readonly learningRate: number }
  readonly tint: { readonly learningRate: number }
}

let whole: Record<string, unknown>
beforeAll(async () => {
  whole = await runJson(cooking('whole'))
})

describe('tint perplexity --recipe paper-wikitext', () => {
  it('tries the rates on the validation text, and measures the text with the best of each fraction and way', () => {
    const tried = JSON.parse(readFileSync(join(output('whole'), 'validation', 'results.json'), 'utf8'))
    expect(tried).toMatchObject({
      data: { file: 'valid.txt', contexts: 2 },
      configuration: {
        trainFractions: [0.3, 0.5, 0.7, 0.9],
        learningRates: [1e-7, 1e-6, 1e-5, 1e-4, 1e-3],
        rates: null,
      },
    })
    expect(tried.results).toHaveLength(4 * (1 + 2 * 5))
    const rates = (['exact', 'tint'] as const).flatMap((way) =>
      tried.best.map((best: Best) => ({
        way,
        trainFraction: best.trainFraction,
        learningRate: best[way].learningRate,
      })),
    )
    expect(whole).toMatchObject({
      data: { file: 'test.txt', contexts: 2 },
      configuration: { rates },
      recipe: { name: 'paper-wikitext', validation: tried.data, best: tried.best },
    })
    const results = whole.results as { way: string; trainFraction: number; learningRate: number | null }[]
    expect(results).toHaveLength(4 * 3)
    expect(results).toEqual(expect.arrayContaining(rates.map((rate) => expect.objectContaining(rate))))
    expect(JSON.parse(readFileSync(join(output('whole'), 'test', 'results.json'), 'utf8'))).toEqual(whole)
    expect(readFileSync(join(output('whole'), 'test', 'report.html'), 'utf8')).toMatch(
      /Recipe <b>paper-wikitext<\/b>: .* The rates were chosen on <b>valid\.txt<\/b> \(2 contexts/,
    )
  })

  it('goes on after SIGKILL in either part to the same samples', async () => {
    for (const part of ['validation', 'test']) {
      const path = join(output('killed'), part, 'samples.jsonl')
      const { code } = await runTint(cooking('killed', '--resume'), {
        interruptWhen: () => existsSync(path) && statSync(path).size > 0,
        interruptBy: 'SIGKILL',
      })
      expect(code).toBeNull()
    }
    expect(await runJson(cooking('killed', '--resume'))).toEqual(whole)
    for (const part of ['validation', 'test']) {
      expect(samples(join('killed', part))).toBe(samples(join('whole', part)))
    }
  })

  it('takes other choices in the place of its own, and tells people which it made', async () => {
    const { code, stdout, stderr } = await runTint(
      args('--validation', validation, '--train-fraction', '0.5', '--learning-rate', '1e-4,1e-3'),
      { environment: { JOB_COMPLETION_INDEX: '1', JOB_COMPLETIONS: '3' } },
    )
    expect(code).toBe(0)
    expect(stderr).toMatch(/recipe paper-wikitext has no shards, so that this job computes all of it/)
    expect(stdout).toMatch(/^exact +0\.5 +(0\.001|1e-4) /m)
    expect(stdout).toMatch(/recipe +paper-wikitext/)
    expect(stdout).toMatch(/rates +chosen on valid\.txt, 2 contexts/)
  })

  it.each<[string, () => string[], number, RegExp]>([
    [
      'no validation text',
      () => args(),
      2,
      /chooses learning rates on another text; name it with --validation/,
    ],
    [
      'another recipe',
      () => cooking('new').with(2, 'soup'),
      1,
      /no recipe "soup"; expected one of paper-wikitext/,
    ],
    [
      'a validation text that is too short',
      () => args('--validation', file('x', 'x')),
      1,
      /has 1 tokens; expected/,
    ],
    [
      'a text that is not there',
      () => cooking('new').with(6, '/no/text'),
      1,
      /The file \/no\/text does not exist/,
    ],
    ['a folder that has results', () => cooking('whole'), 1, /validation holds a run already; give --resume/],
    [
      'results of other choices',
      () => cooking('whole', '--resume', '--learning-rate', '1e-4'),
      1,
      /validation holds results of another configuration: learningRates was/,
    ],
    [
      'a folder with something else',
      () => {
        mkdirSync(output('else'), { recursive: true })
        file('else/notes', 'mine')
        return cooking('else')
      },
      1,
      /holds notes, which is none of a recipe's/,
    ],
  ])('refuses %s', async (_, given, code, words) => {
    const result = await runTint([...given(), '--json'])
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(words) })
    expect(result.stderr.trim().split('\n')).toHaveLength(1)
    expect(existsSync(output('new'))).toBe(false)
  })
})

describe('tint perplexity without a recipe', () => {
  const plain = ['perplexity', '--model', 'opt-nano-bytes', '--text', test, '--ways', 'inner']
  it.each<[string[], RegExp]>([
    [[], /missing the required options --context <tokens>, --train-fraction <list>; a --recipe has them/],
    [['--context', '48'], /missing the required option --train-fraction <list>; a --recipe has it/],
    [
      ['--context', '48', '--train-fraction', '0.5', '--validation', validation],
      /--validation is the text that a recipe chooses rates on/,
    ],
  ])('with %j is not understood', async (others, words) => {
    expect(await runTint([...plain, ...others])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(words),
    })
  })
})
