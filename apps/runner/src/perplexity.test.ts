import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyFolder, optionArgs, runJson, runTint, temporaryFolder, writeJson } from './test-support'

const folder = temporaryFolder()
afterAll(folder.remove)

const sentence = 'The storks fly south in autumn, <unk> the cranes fly north in spring. '
const text = join(folder.path, 'storks.txt')
writeFileSync(text, sentence.repeat(7))

const rightOptions: Readonly<Record<string, string>> = {
  '--model': 'opt-nano-bytes',
  '--text': text,
  '--context': '64',
  '--train-fraction': '0.5,0.8',
  '--learning-rate': '3e-4,1e-3',
  '--batch': '2',
  '--engine': 'wasm',
}

const args = (changed?: Readonly<Record<string, string | undefined>>, ...flags: readonly string[]) =>
  optionArgs('perplexity', rightOptions, changed, ...flags)

const output = (name: string) => join(folder.path, name)
const samples = (name: string) => readFileSync(join(output(name), 'samples.jsonl'), 'utf8')

/** Runs the command, and sends it a signal as soon as it has written so many bytes of samples. */
function stopAfter(bytes: number, signal: NodeJS.Signals, given: readonly string[], path: string) {
  return runTint(given, {
    interruptWhen: () => existsSync(path) && statSync(path).size >= bytes,
    interruptBy: signal,
  })
}

/** What is told when a run is stopped with so many samples of 70 in its folder. */
const whatIsKept = (kept: string, name: string) =>
  new RegExp(
    `^tint: stopping; ${kept.split('\n').length - 1} of 70 samples are kept in ${output(name)}\\. Go on with the same command and --resume\\.$`,
    'm',
  )

let uninterrupted: Record<string, unknown>
beforeAll(async () => {
  uninterrupted = await runJson(args({ '--output': output('whole') }))
})

describe('tint perplexity', () => {
  it('prints what the README says, and writes the same', () => {
    const bytes = 7 * sentence.length
    const contexts = Math.floor(bytes / 64)
    expect(uninterrupted).toMatchObject({
      model: 'opt-nano-bytes',
      data: {
        file: 'storks.txt',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        contexts,
        tokens: contexts * 64,
        bytes: contexts * 64,
        fileBytes: bytes,
      },
      configuration: { context: 64, batch: 2, ways: ['inner', 'exact', 'tint'], engine: 'wasm' },
      versions: { node: process.versions.node, tfjs: '4.22.0' },
      engine: 'wasm',
      modelHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    const results = uninterrupted.results as Record<string, number | string | null>[]
    expect(results).toHaveLength(2 * (1 + 2 * 2))
    for (const result of results) {
      const { trainFraction, negativeLogLikelihood, tokens, perplexity, bitsPerByte } = result
      expect(tokens).toBe(contexts * (64 - Math.floor((trainFraction as number) * 64)))
      expect(perplexity).toBeCloseTo(Math.exp(negativeLogLikelihood as number), 9)
      // Tokens are bytes here.
      expect(bitsPerByte).toBeCloseTo((negativeLogLikelihood as number) / Math.LN2, 9)
      expect(result.standardError).toBeGreaterThan(0)
      if (result.way === 'inner') expect(result.learningRate).toBeNull()
      // A text that repeats itself is learned.
      else expect(result.gain).toBeGreaterThan(0)
    }
    expect(readdirSync(output('whole')).sort()).toEqual([
      'configuration.json',
      'examples.json',
      'report.html',
      'results.json',
      'samples.jsonl',
    ])
    expect(JSON.parse(readFileSync(join(output('whole'), 'results.json'), 'utf8'))).toEqual(uninterrupted)
    expect(samples('whole').trim().split('\n')).toHaveLength(contexts * 10)
    expect(readFileSync(join(output('whole'), 'report.html'), 'utf8')).toContain(
      'opt-nano-bytes on storks.txt',
    )
  })

  it('prints a table for people', async () => {
    const { code, stdout } = await runTint(args({ '--limit': '3', '--contexts': '0.5:1' }))
    expect(code).toBe(0)
    expect(stdout).toMatch(/^TinT +0\.8 +0\.001 +\* \d\.\d{5} ± \d\.\d{5} +-\d\.\d{5} ± /m)
    expect(stdout).toMatch(/recovered +\d+\.\d ± \d+\.\d % at 0\.5, .* of exact's gain/)
    expect(stdout).toMatch(
      /contexts +3 of 7, 64 tokens each; stride 64: they do not overlap, a last partial one is dropped/,
    )
  })

  it('reads special tokens of the text as letters, or as such on request, and begins contexts with one', async () => {
    const inner = { '--ways': 'inner', '--learning-rate': undefined }
    const [plain, special, begun] = await Promise.all([
      runJson(args(inner)),
      runJson(args(inner, '--special-tokens')),
      runJson(args(inner, '--bos')),
    ])
    const fileTokens = (report: Record<string, unknown>) => (report.data as { fileTokens: number }).fileTokens
    expect(fileTokens(plain)).toBe(7 * sentence.length)
    expect(fileTokens(special)).toBe(7 * (sentence.length - '<unk>'.length + 1))
    expect(begun).toMatchObject({ data: { contexts: 7, bytes: 7 * 63 }, configuration: { beginOfText: 2 } })
  })

  it('learns in chunks, and lets contexts overlap', async () => {
    const report = await runJson(args({ '--chunks': '4', '--stride': '32', '--train-fraction': '0.5' }))
    const bytes = 7 * sentence.length
    const contexts = Math.floor((bytes - 64) / 32) + 1
    const tokens = 64 + (contexts - 1) * 32
    const tested = { tokens: contexts * 32, words: expect.any(Number), wordPerplexity: expect.any(Number) }
    expect(report).toMatchObject({
      data: { contexts, tokens, bytes: tokens, fileWords: 7 * sentence.trim().split(' ').length },
      configuration: { chunks: 4, stride: 32 },
      results: [tested, tested, tested, tested, tested],
    })
    const text = await runTint(args({ '--chunks': '4', '--stride': '32', '--limit': '2' }))
    expect(text.stdout).toMatch(/stride 32: they overlap, each token is tested at most once/)
    expect(text.stdout).toMatch(/chunks +4, with an update of the weights after each/)
  })

  it('goes on after SIGKILL at any moment to the same samples, byte by byte', async () => {
    const whole = samples('whole')
    const path = join(output('killed'), 'samples.jsonl')
    for (const bytes of [1, whole.length / 3]) {
      const { code } = await stopAfter(
        bytes,
        'SIGKILL',
        args({ '--output': output('killed') }, '--resume'),
        path,
      )
      expect(code).toBeNull()
      expect(existsSync(join(output('killed'), 'results.json'))).toBe(false)
    }
    // As a kill in the middle of a write leaves it.
    truncateSync(path, statSync(path).size - 20)
    expect(await runJson(args({ '--output': output('killed') }, '--resume'))).toEqual(uninterrupted)
    expect(samples('killed')).toBe(whole)
    // And once more when there is nothing left to do.
    expect(await runJson(args({ '--output': output('killed') }, '--resume'))).toEqual(uninterrupted)
    expect(samples('killed')).toBe(whole)
  })

  it('stops at Ctrl-C, says how to go on, and has lost nothing', async () => {
    const path = join(output('stopped'), 'samples.jsonl')
    const stopped = await stopAfter(1, 'SIGINT', args({ '--output': output('stopped') }, '--json'), path)
    expect(stopped).toMatchObject({ code: 130, stdout: '' })
    const kept = samples('stopped')
    expect(stopped.stderr).toMatch(whatIsKept(kept, 'stopped'))
    expect(kept.endsWith('\n')).toBe(true)
    expect(samples('whole').startsWith(kept)).toBe(true)
    expect(await runJson(args({ '--output': output('stopped') }, '--resume'))).toEqual(uninterrupted)
    expect(samples('stopped')).toBe(samples('whole'))
  })
})

describe('tint perplexity refuses', () => {
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder.path, name), content)
    return { '--text': join(folder.path, name) }
  }

  /** A copy of a shipped model, changed. */
  const model = (name: string, change: (path: string) => void) => {
    const path = join(folder.path, name)
    rmSync(path, { recursive: true, force: true })
    mkdirSync(path)
    copyFolder(fileURLToPath(new URL('../models/opt-nano-bytes', import.meta.url)), path)
    change(path)
    return { '--model': path }
  }

  const largeTokenizer = () =>
    model('large', (path) => {
      const tokenizer = JSON.parse(readFileSync(join(path, 'tokenizer.json'), 'utf8'))
      tokenizer.added_tokens.push({ id: 260, content: '<more>', special: true })
      writeJson(path, 'tokenizer.json', tokenizer)
    })

  it.each<[string, () => string[], number, RegExp]>([
    ['an empty text', () => args(file('empty', '')), 1, /The text .*empty is empty/],
    [
      'a text with zero bytes',
      () => args(file('zero', 'a\0b')),
      1,
      /has a zero byte at offset 1, so it is no text/,
    ],
    ['a text that is not UTF-8', () => args(file('binary', Uint8Array.of(0xff, 0xfe))), 1, /is not UTF-8/],
    ['no text', () => args({ '--text': '/no/text' }), 1, /The file \/no\/text does not exist/],
    [
      'a text shorter than a context',
      () => args(file('short', 'abc')),
      1,
      /has 3 tokens; expected at least 64/,
    ],
    [
      "a context longer than the model's positions",
      () => args({ '--context': '600' }),
      1,
      /context is 600; .* model's 512 positions/,
    ],
    [
      'a fraction of 1',
      () => args({ '--train-fraction': '0.5,1' }),
      1,
      /train fraction is 1; expected .* below 1/,
    ],
    [
      'a fraction that leaves nothing to learn',
      () => args({ '--train-fraction': '0.01' }),
      1,
      /0\.01 of a context of 64 tokens is 0 tokens; expected from 2 to 63/,
    ],
    ['a negative rate', () => args({ '--learning-rate': '-1' }), 1, /learning rate is -1/],
    ['a rate that is no number', () => args({ '--learning-rate': '1e-3,x' }), 2, /"x" is not a number/],
    [
      'no workers, before it looks at the model',
      () => args({ '--workers': '0', '--model': '/no/model' }),
      1,
      /number of workers is 0; expected .* or auto/,
    ],
    ['workers that are no number', () => args({ '--workers': 'many' }), 2, /"many" is not a number/],
    ['no rate', () => args({ '--learning-rate': undefined }), 1, /exact and tint need one or more/],
    [
      'an unknown way',
      () => args({ '--ways': 'inner,magic' }),
      1,
      /no way "magic"; expected some of inner, exact/,
    ],
    ['no chunk', () => args({ '--chunks': '0' }), 1, /number of chunks is 0; expected .* from 1 to 31/],
    [
      'a stride that is too long',
      () => args({ '--stride': '65' }),
      1,
      /stride is 65; expected .* from 1 to 64/,
    ],
    ['a part that is none', () => args({ '--contexts': '0.2' }), 2, /"0\.2" is not FROM:TO/],
    ['--resume without a folder', () => args({}, '--resume'), 2, /name the folder with --output/],
    [
      'an option of TinT without TinT',
      () => args({ '--ways': 'inner,exact', '--derivative': 'analytic' }),
      2,
      /--derivative is about TinT's gradient/,
    ],
    [
      'a folder that has results, without --resume',
      () => args({ '--output': output('whole') }),
      1,
      /holds a run already; give --resume/,
    ],
    [
      'results of another configuration',
      () => args({ '--output': output('whole'), '--learning-rate': '1e-3' }, '--resume'),
      1,
      /another configuration: learningRates was \[0\.0003,0\.001\] and is \[0\.001\] now/,
    ],
    [
      'a model folder without tokenizer',
      () => args({ '--model': goldenCaseNamed('gpt2-one-step').folder }),
      1,
      /There is no tokenizer in /,
    ],
    [
      'a tokenizer with more ids than the model',
      () => args(largeTokenizer()),
      1,
      /tokenizer has 261 ids, but the model's vocabulary has 260/,
    ],
  ])('%s', async (_, given, code, words) => {
    const before = samples('whole')
    const result = await runTint([...given(), '--json'])
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(words) })
    expect(result.stderr.trim().split('\n')).toHaveLength(1)
    expect(samples('whole')).toBe(before)
  })
})
