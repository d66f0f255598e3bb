import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runJson, runTint, temporaryFolder, writeJson } from './test-support'

const folder = temporaryFolder()
afterAll(folder.remove)

const sentence = 'The storks fly south. The storks fly north. The cranes fly south.'
const text = join(folder.path, 'storks.txt')
writeFileSync(text, sentence)
const bytes = [...Buffer.from(sentence)]
const ids = writeJson(folder.path, 'ids.json', bytes)

const usual: Readonly<Record<string, string>> = {
  '--text': text,
  '--train-length': '44',
  '--learning-rate': '1e-3',
  '--derivatives': 'central:100',
  '--engine': 'wasm',
}

/** The usual options, some of them changed; undefined leaves one out. */
function args(changed: Readonly<Record<string, string | undefined>> = {}, ...more: readonly string[]) {
  const all = Object.entries({ ...usual, ...changed })
  const given = all.flatMap(([option, value]) => (value === undefined ? [] : [option, value]))
  return ['fidelity', ...more, ...given]
}

const rows = ['value-only attention', 'central:100', 'quad loss gradient', 'target loss gradient']

interface Report {
  reference: { lossChange: number; kinds: { kind: string; share: number }[] }
  approximations: { name: string; overall: { relativeError: number; cosine: number } }[]
}

describe('tint fidelity', () => {
  const output = join(folder.path, 'measured')
  let report: Report & Record<string, unknown>
  beforeAll(async () => {
    report = (await runJson(args({ '--output': output }, 'gpt2-nano-bytes'))) as typeof report
  })

  it('prints one JSON object with every approximation, and writes the same', () => {
    expect(report).toMatchObject({
      model: 'gpt2-nano-bytes',
      family: 'gpt2',
      file: 'storks.txt',
      sequences: 1,
      tokens: bytes.length,
      trainLength: 44,
      learningRate: 1e-3,
      layers: 4,
      engine: 'wasm',
    })
    expect(report.approximations.map(({ name }) => name)).toEqual([...rows, 'norm biases only', 'TinT'])
    expect(report.reference.lossChange).toBeLessThan(0)
    const overall = (name: string) => report.approximations.find((each) => each.name === name)!.overall
    expect(overall('central:100').relativeError).toBeLessThan(1e-3)
    expect(overall('TinT').relativeError).toBeGreaterThan(overall('central:100').relativeError)
    expect(overall('TinT').cosine).toBeGreaterThan(0.8)

    expect(readdirSync(output).sort()).toEqual(['report.html', 'results.json'])
    expect(JSON.parse(readFileSync(join(output, 'results.json'), 'utf8'))).toEqual(report)
    const page = readFileSync(join(output, 'report.html'), 'utf8')
    for (const { kind } of report.reference.kinds) expect(page).toContain(`<td>${kind}</td>`)
  })

  it('shows a table to people, and takes ids for a text and --model for the argument', async () => {
    const page = join(folder.path, 'page.html')
    const { code, stdout, stderr } = await runTint(
      args({ '--text': undefined, '--input-ids': ids, '--model': 'gpt2-nano-bytes', '--output': page }),
    )
    expect([code, stderr]).toEqual([0, ''])
    for (const name of [...rows, 'norm biases only', 'TinT', 'attn.query.weight']) {
      expect(stdout).toMatch(new RegExp(`^${name} .*\\d`, 'm'))
    }
    const { cosine } = report.approximations.at(-1)!.overall
    expect(stdout).toContain(cosine.toFixed(6))
    expect(readFileSync(page, 'utf8')).toMatch(/^<!DOCTYPE html>/)
  })

  it('compares derivatives as a simulator takes them', async () => {
    const literal = (await runJson(args({ '--execution': 'literal' }, 'gpt2-nano-bytes'))) as typeof report
    expect(literal.reference).toMatchObject({ name: 'TinT with exact derivatives' })
    const names = literal.approximations.map(({ name }) => name)
    expect(names).toEqual(['rounded weights alone', 'central:100, fused', 'central:100, literal'])
    for (const { overall } of literal.approximations) expect(overall.relativeError).toBeLessThan(1e-3)
  })

  it('reads a batch', async () => {
    const batch = writeJson(folder.path, 'batch.json', [bytes, bytes.toReversed()])
    const changed = { '--text': undefined, '--input-ids': batch, '--layers': '1' }
    const two = await runJson(args(changed, 'gpt2-nano-bytes'))
    expect(two).toMatchObject({ sequences: 2, tokens: bytes.length, layers: 1 })
  })

  const long = join(folder.path, 'long.txt')
  writeFileSync(long, 'x'.repeat(513))
  const filled = join(folder.path, 'filled')
  mkdirSync(filled)
  writeFileSync(join(filled, 'mine'), '')

  it.each<[string, number, string, Record<string, string | undefined>, string[]?]>([
    ['no model', 2, 'No model is named', {}, []],
    ['two models', 2, 'The model is named twice', { '--model': 'opt-nano-bytes' }],
    ['no tokens', 2, 'Neither --input-ids nor --text is given', { '--text': undefined }],
    ['tokens twice', 2, 'Both --input-ids and --text are given', { '--input-ids': ids }],
    ['a derivative that is none', 2, 'The derivative is "central:0"', { '--derivatives': 'central:0' }],
    [
      'a derivative twice',
      1,
      'Two approximations are called "central:9"',
      { '--derivatives': 'central:9,central:9' },
    ],
    [
      'a derivative that a simulator cannot take',
      1,
      'The derivative is analytic, which a simulator cannot take',
      { '--execution': 'literal', '--derivatives': 'analytic' },
    ],
    ['no rate', 2, 'missing the required option --learning-rate', { '--learning-rate': undefined }],
    ['a rate of zero', 1, 'The learning rate is 0', { '--learning-rate': '0' }],
    ['nothing to learn', 1, 'No token is a training target', { '--train-length': '1' }],
    ['all to learn', 1, 'The train length is 65', { '--train-length': '65' }],
    ['a text that is too long', 1, "has 513 tokens, more than the model's 512 positions", { '--text': long }],
    ['no text', 1, 'does not exist', { '--text': join(folder.path, 'none.txt') }],
    ['a folder that is full', 1, 'already holds 1 files', { '--output': filled }],
    ['too many layers', 1, 'layers is 5', { '--layers': '5' }],
  ])('refuses %s in a sentence', async (_, expected, words, changed, model = ['gpt2-nano-bytes']) => {
    const { code, stdout, stderr } = await runTint(args(changed, ...model))
    expect(stderr).toContain(words)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect([code, stdout]).toEqual([expected, ''])
  })

  it('leaves nothing half-written when it fails', async () => {
    const place = join(folder.path, 'never')
    const { code } = await runTint(args({ '--output': place, '--learning-rate': '1e30' }, 'gpt2-nano-bytes'))
    expect(code).toBe(1)
    expect(existsSync(place)).toBe(false)
  })
})
