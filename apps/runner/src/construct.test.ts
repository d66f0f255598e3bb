import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyFolder, runJson, runTint, temporaryFolder, writeJson } from './test-support'

const folder = temporaryFolder()
afterAll(folder.remove)
const golden = goldenCaseNamed('opt-one-step')
const onWasm = ['--engine', 'wasm']
const simulator = join(folder.path, 'simulator')
const stepArguments = [
  ...['--input-ids', writeJson(folder.path, 'ids.json', golden.inputIds)],
  ...['--train-length', String(golden.trainLength), '--learning-rate', String(golden.learningRate)],
  ...onWasm,
]

describe('tint construct', () => {
  let constructed: Record<string, unknown>

  beforeAll(async () => {
    const sizes = ['--prefix-tokens', '16', '--simulator-heads', '5']
    constructed = await runJson(['construct', golden.folder, '--output', simulator, ...sizes, ...onWasm])
  })

  it('saves a simulator, and says what it has saved', () => {
    expect(readdirSync(simulator).sort()).toEqual([
      'config.json',
      'frozen.safetensors',
      'prefixes.safetensors',
      'structure.json',
      'tint.json',
    ])
    const bytes = readdirSync(simulator).reduce(
      (total, name) => total + statSync(join(simulator, name)).size,
      0,
    )
    expect(constructed).toMatchObject({
      family: 'opt',
      simulator: { prefixTokens: 16, hiddenSize: 320, simulatorHeads: 5, maxLength: 64 },
      derivative: 'central:100',
      saved: { path: simulator, files: 5, bytes },
      seconds: { load: expect.any(Number), construct: expect.any(Number), save: expect.any(Number) },
    })
  })

  it('is run by tint step --simulator, as the model itself is literally', async () => {
    const [saved, literal] = await Promise.all([
      runJson(['step', '--simulator', simulator, ...stepArguments]),
      runJson(['step', '--model', golden.folder, '--execution', 'literal', ...stepArguments]),
    ])
    expect(saved).toMatchObject({
      execution: 'literal',
      lossBefore: literal.lossBefore,
      lossAfter: literal.lossAfter,
    })
    expect(saved.parameters).toEqual(literal.parameters)
  })

  it.each([['step'], ['inspect'], ['construct']])(
    'is no model for tint %s, which says what it is',
    async (name) => {
      const given = {
        step: ['--model', simulator, ...stepArguments],
        inspect: [simulator],
        construct: [simulator, '--output', join(folder.path, 'again'), ...onWasm],
      }[name]!
      const { code, stderr } = await runTint([name, ...given])
      expect(code).toBe(1)
      expect(stderr).toContain(`${simulator} is a simulator, as tint construct writes it, and not a model;`)
    },
  )

  it('also writes the dense matrices where it is asked to', async () => {
    const dense = join(folder.path, 'dense')
    const report = await runJson(['construct', golden.folder, '--output', dense, '--dense', ...onWasm])
    const { parameters } = report as unknown as {
      parameters: { distinct: number; prefixes: number; frozen: number }
    }
    const modules = parameters.distinct - parameters.prefixes - parameters.frozen
    const file = readFileSync(join(dense, 'dense.safetensors'))
    const header = 8 + Number(file.readBigUInt64LE(0))
    expect((file.length - header) / 4).toBe(modules)
  })

  it.each<[string, string[], number, RegExp]>([
    ['no folder', [], 2, /missing .*--output <folder>/],
    ['a folder that holds files', ['--output', folder.path], 1, /already holds \d+ files/],
    [
      'analytic derivatives',
      ['--derivative', 'analytic', '--output', 'x'],
      2,
      /is not what a simulator computes/,
    ],
    ['impossible sizes', ['--hidden-size', '300', '--output', 'x'], 1, /300 cannot be: .*expected one of/],
    ['a longest text of one token', ['--max-length', '1', '--output', 'x'], 1, /maxLength\) is 1; expected/],
  ])('refuses %s, and leaves nothing', async (_, args, expectedCode, words) => {
    const { code, stdout, stderr } = await runTint(['construct', golden.folder, ...args, ...onWasm])
    expect([code, stdout, stderr]).toEqual([expectedCode, '', expect.stringMatching(words)])
    expect(existsSync('x')).toBe(false)
  })

  it('leaves nothing when Ctrl-C stops it', async () => {
    const output = join(folder.path, 'stopped')
    const args = ['construct', 'gpt2-nano-bytes', '--dense', '--output', output, ...onWasm, '--json']
    const begun = () => readdirSync(folder.path).some((name) => name.includes('stopped'))
    const result = await runTint(args, { interruptWhen: begun })
    expect(result).toMatchObject({ code: 130, stdout: '' })
    expect(readdirSync(folder.path).filter((name) => name.includes('stopped'))).toEqual([])
  })
})

describe('tint step --simulator', () => {
  const refused = async (args: readonly string[], expectedCode: number, words: RegExp) => {
    const { code, stdout, stderr } = await runTint(['step', ...args, ...stepArguments])
    expect([code, stdout, stderr]).toEqual([expectedCode, '', expect.stringMatching(words)])
  }

  it('refuses a folder that is no simulator', () =>
    refused(
      ['--simulator', golden.folder],
      1,
      /There is no tint\.json in .*; expected the folder of a simulator/,
    ))

  it('refuses a folder that is not there', () =>
    refused(
      ['--simulator', join(folder.path, 'no')],
      1,
      /does not exist; expected the folder of a simulator/,
    ))

  it('refuses a model beside it, sizes, and fused execution', async () => {
    await refused(['--simulator', simulator, '--model', 'm'], 2, /give one of them, not both/)
    await refused(['--simulator', simulator, '--prefix-tokens', '8'], 2, /leave out --prefix-tokens/)
    await refused(['--simulator', simulator, '--execution', 'fused'], 2, /is executed literally/)
    await refused([], 2, /needs --model or --simulator/)
  })

  it('refuses a gradient that it was not constructed for', () =>
    refused(
      ['--simulator', simulator, '--loss-gradient', 'quad'],
      1,
      /was constructed for the value attention/,
    ))

  it('refuses weights that were changed since', async () => {
    const changed = join(folder.path, 'changed')
    mkdirSync(changed)
    copyFolder(simulator, changed)
    const file = join(changed, 'prefixes.safetensors')
    const bytes = readFileSync(file)
    bytes[bytes.length - 1]! ^= 1
    writeFileSync(file, bytes)
    await refused(['--simulator', changed], 1, /prefixes\.safetensors .*SHA-256/)
  })
})
