import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { afterAll, describe, expect, it } from 'vitest'
import { runJson, runTint, temporaryFolder, writeJson } from './test-support'

const folder = temporaryFolder()
afterAll(folder.remove)
const golden = goldenCaseNamed('opt-one-step')
const length = golden.inputIds[0]!.length
const onWasm = ['--engine', 'wasm']
const escapeCode = '\u001b'

describe('the command line', () => {
  it('shows its commands', async () => {
    const [bare, help, ofStep] = await Promise.all([
      runTint([]),
      runTint(['--help']),
      runTint(['help', 'step']),
    ])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(bare).toEqual(help)
    for (const name of ['demo', 'step', 'inspect', 'bench', 'doctor'])
      expect(help.stdout).toContain(`  ${name} `)
    expect(ofStep.code).toBe(0)
    expect(ofStep.stdout).toContain('--train-length')
    expect(ofStep.stdout).toMatch(/--input-ids <file> .*\(required\)$/m)
  })

  it.each([
    ['an unknown command', ['stepp'], /^tint: unknown command 'stepp'/],
    ['an unknown option', ['doctor', '--fast'], /^tint: unknown option '--fast'/],
    [
      'a misspelt option',
      ['step', '--modle', 'x'],
      /^tint: unknown option '--modle'\n.*Did you mean --model\?/,
    ],
    [
      'a missing option',
      ['step', '--model', 'x'],
      /^tint: missing .* --input-ids <file>, .*--learning-rate <x>$/m,
    ],
    ['a missing argument', ['inspect'], /^tint: missing required argument 'model'/],
    ['neither shape nor model', ['bench'], /^tint: tint bench needs either --shape or --model/],
    ['shape and model', ['bench', '--shape', 'gpt2', '--model', 'm'], /give one of them, not both/],
    ['an unknown shape', ['bench', '--shape', 'gpt5'], /Allowed choices are gpt2, .*opt-2\.7b/],
  ])('ends with 2 on %s', async (_, args, words) => {
    expect(await runTint(args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(words) })
  })
})

describe('tint inspect', () => {
  it('reads headers only: there is no engine to speak of', async () => {
    const report = await runJson(['inspect', 'gpt2-nano-bytes'])
    expect(report).toMatchObject({
      family: 'gpt2',
      width: 128,
      blocks: 4,
      maximumPositions: 512,
      parameters: { inner: 891_776, frozen: 98_432, learnable: 793_344 },
      checkpoint: { tensors: 52, types: ['F16'] },
      unusedTensors: [],
    })
    expect(report).not.toHaveProperty('engine')
  })

  it('draws equal blocks once, or all of them', async () => {
    const [once, all] = await Promise.all([
      runTint(['inspect', 'opt-125m']),
      runTint(['inspect', 'opt-125m', '--all']),
    ])
    expect(once.stdout).toMatch(/^12 x block .*layers\.0 \.\.\. .*layers\.11 .*7,087,872 each$/m)
    expect(all.stdout.match(/^block /gm)).toHaveLength(12)
    expect(once.stdout).not.toContain(escapeCode)
  })

  it("plans a model's simulator and counts it by kind of module", async () => {
    const report = await runJson(['inspect', 'opt-125m'])
    const { simulator } = report as {
      simulator: Record<string, unknown> & { parameters: { simulator: number } }
    }
    expect(simulator).toMatchObject({
      prefixTokens: 256,
      hiddenSize: 3072,
      simulatorHeads: 12,
      maxLength: 2048,
    })
    expect(simulator.parameters.simulator).toBeLessThan(1_669_324_018)
    const { stdout } = await runTint(['inspect', 'opt-125m', '--max-length', '512'])
    expect(stdout).toMatch(/^linear descent +120 +[\d,]+ +2 +[\d,]+$/m)
    expect(stdout).toMatch(/^all blocks +[\d,]+$/m)
  })

  it("lists the released shapes beside the paper's sizes", async () => {
    const { shapes } = (await runJson(['inspect', 'shapes'])) as { shapes: { shape: string }[] }
    expect(shapes.map(({ shape }) => shape)).toEqual([
      'gpt2',
      'gpt2-medium',
      'gpt2-large',
      'gpt2-xl',
      'opt-125m',
      'opt-350m',
      'opt-1.3b',
      'opt-2.7b',
      'Llama-3.2-1B',
      'TinyLlama-1.1B',
      'Mistral-7B',
      'Qwen2-0.5B',
      'pythia-70m',
      'pythia-160m',
      'pythia-410m',
      'pythia-1b',
      'pythia-1.4b',
      'gpt-j-6b',
      'bloom-560m',
      'bloom-1b1',
      'bloom-1b7',
      'bloom-3b',
      'bloom-7b1',
      'stablelm-2-1.6b',
      'stablelm-3b-4e1t',
      'phi-1',
      'phi-2',
    ])
    expect(shapes.find(({ shape }) => shape === 'opt-1.3b')).toMatchObject({
      prefixTokens: 512,
      hiddenSize: 10240,
      simulatorHeads: 40,
      paperTable: 10.8e9,
    })
    const { stdout } = await runTint(['inspect', 'shapes'])
    expect(stdout).toMatch(/^opt-125m +768 +256 +3072 +12 +0\.125 .* 1\.669$/m)
  })

  it('names what does not fit, and nearby sizes that do', async () => {
    const { code, stderr } = await runTint(['inspect', 'opt-125m', '--hidden-size', '3000'])
    expect([code, stderr]).toEqual([1, expect.stringMatching(/3000 cannot be: .*expected one of 3072, 3840/)])
  })

  it('knows neither a folder nor a shape of that name', async () => {
    const { code, stderr } = await runTint(['inspect', './gpt-7'])
    expect([code, stderr]).toEqual([1, expect.stringContaining('There is no model folder ./gpt-7')])
    expect(stderr).toMatch(/Shapes .* gpt2, .*opt-2\.7b/)
  })
})

describe('tint doctor', () => {
  it('says what computes and what could', async () => {
    const report = await runJson(['doctor', ...onWasm])
    expect(report).toMatchObject({
      engine: 'wasm',
      engineDetails: { device: 'CPU', gflopPerSecond: expect.any(Number) },
      versions: { node: process.versions.node, tfjs: '4.22.0' },
      machine: { cores: expect.any(Number), memoryBytes: expect.any(Number) },
    })
    expect(report.engines).toHaveLength(3)
  })
})

describe('tint step', () => {
  const args = [
    ...['step', '--model', golden.folder, ...onWasm],
    ...['--input-ids', writeJson(folder.path, 'ids.json', golden.inputIds)],
    ...['--train-length', '24', '--learning-rate', '0.01'],
  ]

  it('prints what the README says', async () => {
    const report = await runJson(args)
    expect(Object.keys(report)).toEqual(
      expect.arrayContaining(['lossBefore', 'lossAfter', 'sequences', 'seconds', 'peakMemoryBytes']),
    )
    expect(report).toMatchObject({
      execution: 'fused',
      trainLength: 24,
      learningRate: 0.01,
      gradient: 'tint',
      derivative: 'central:100',
      steps: 1,
      simulator: { prefixTokens: 16, hiddenSize: 320, simulatorHeads: 5, maxLength: 64 },
      parameters: {
        inner: expect.any(Number),
        simulator: expect.any(Number),
        distinct: expect.any(Number),
      },
      seconds: { load: expect.any(Number), construct: 0, step: expect.any(Number) },
      engine: 'wasm',
      engineDetails: { name: 'wasm', threads: 1 },
    })
  })

  it('prints a table for people', async () => {
    const { code, stdout } = await runTint(args)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^this sequence +\d\.\d{5} +\d\.\d{5} +[+-]\d\.\d{5}$/m)
  })

  it('runs the simulator of the asked sizes, literally', async () => {
    const literal = ['--execution', 'literal', '--prefix-tokens', '8']
    const [report, shown, fused] = await Promise.all([
      runJson([...args, ...literal]),
      runTint([...args, ...literal]),
      runJson(args),
    ])
    expect(report).toMatchObject({
      execution: 'literal',
      simulator: { prefixTokens: 8, hiddenSize: 576, simulatorHeads: 9 },
      seconds: { construct: expect.any(Number) },
    })
    // Sizes are the construction's; the function is the same.
    expect(report.lossAfter).toBeCloseTo(Number(fused.lossAfter), 3)
    expect(shown.stdout).toMatch(
      /^simulator +[\d,]+ parameters, executed literally: 8 prefix tokens, width 576/m,
    )
  })

  it('says what it has saved', async () => {
    const file = join(folder.path, 'updated.safetensors')
    const { stdout } = await runTint([...args, '--save-updated', file])
    expect(stdout).toContain(`saved     ${file} (1 file, `)
  })

  it.each([
    ['a train length of 1', ['--train-length', '1']],
    ['a train mask of zeros', ['--train-mask', writeJson(folder.path, 'zeros.json', Array(length).fill(0))]],
  ])('says that there is nothing to learn with %s', async (_, options) => {
    const { code, stdout, stderr } = await runTint([...args, ...options])
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^tint: nothing to learn: no training target/)])
    expect(stdout).toMatch(/^learned +nothing: there was no training target$/m)
  })

  it('reads ids behind a byte order mark', async () => {
    const file = join(folder.path, 'marked.json')
    writeFileSync(file, `\uFEFF${JSON.stringify(golden.inputIds)}`)
    expect(await runTint([...args, '--input-ids', file])).toMatchObject({ code: 0, stderr: '' })
  })

  it('saves a checkpoint that starts where the step has ended, tokenizer included', async () => {
    const ids = writeJson(folder.path, 'text.json', [
      ...Buffer.from('so it goes and so it goes and so it goes'),
    ])
    const model = join(folder.path, 'adapted')
    const stepArgs = ['--input-ids', ids, '--train-length', '20', '--learning-rate', '1e-3', ...onWasm]
    const first = await runJson(['step', '--model', 'gpt2-nano-bytes', ...stepArgs, '--save-model', model])
    const sizes = readdirSync(model).map((name) => statSync(join(model, name)).size)
    const bytes = sizes.reduce((total, size) => total + size, 0)
    expect(first.saved).toEqual([{ path: model, files: 4, bytes }])
    const second = await runJson(['step', '--model', model, ...stepArgs])
    expect(second.lossBefore).toBeCloseTo(Number(first.lossAfter), 4)
    expect(readdirSync(model).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})

describe('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('stops a step and leaves no file (%s)', async (interruptBy) => {
    const output = join(folder.path, `output-${interruptBy}`)
    mkdirSync(output)
    const ids = writeJson(folder.path, 'long.json', Array(400).fill(7))
    const step = ['--input-ids', ids, '--train-length', '300', '--learning-rate', '1e-5', '--steps', '1000']
    const save = ['--save-model', join(output, 'model'), '--save-updated', join(output, 'updated')]
    const args = ['step', '--model', 'gpt2-nano-bytes', ...step, ...save, '--json', ...onWasm]
    const result = await runTint(args, { interruptAfter: 2500, interruptBy })
    expect(result).toMatchObject({ code: 130, stdout: '', stderr: expect.stringMatching(/^tint: stopped$/m) })
    expect(readdirSync(output)).toEqual([])
  })
})

describe('tint bench', () => {
  it('times steps and counts their arithmetic', async () => {
    const shape = ['--model', golden.folder, '--length', '32', '--repeat', '2', '--train-fraction', '0.5']
    const report = await runJson(['bench', ...shape, ...onWasm])
    expect(report).toMatchObject({
      trainLength: 16,
      execution: 'fused',
      gradient: 'tint',
      seconds: { construct: 0, step: [expect.any(Number), expect.any(Number)], median: expect.any(Number) },
      gflop: expect.any(Number),
      gflopPerSecond: expect.any(Number),
      gemmPeakGflopPerSecond: expect.any(Number),
      simulator: null,
    })
    expect(report.matrixProductShare).toBeGreaterThan(0)
    expect(report.matrixProductShare).toBeLessThanOrEqual(1)
  })

  it('times literal steps, and the construction', async () => {
    const shape = ['--model', golden.folder, '--length', '32', '--repeat', '1', '--execution', 'literal']
    const report = await runJson(['bench', ...shape, ...onWasm])
    expect(report).toMatchObject({
      execution: 'literal',
      simulator: { prefixTokens: 16, hiddenSize: 320 },
      seconds: { step: [expect.any(Number)] },
    })
    expect((report.seconds as { construct: number }).construct).toBeGreaterThan(0)
  })

  it('stops at Ctrl-C', async () => {
    const long = ['--shape', 'opt-125m', '--length', '64', '--repeat', '1000', '--json']
    const result = await runTint(['bench', ...long, ...onWasm], { interruptAfter: 3000 })
    expect(result).toMatchObject({ code: 130, stdout: '', stderr: expect.stringMatching(/^tint: stopped$/m) })
  })

  it.each([
    ['--repeat', '0', /--repeat is 0/],
    ['--length', '1', /--length is 1/],
    ['--length', '5000', /--length is 5000, more than the 1024 positions of gpt2/],
    ['--train-fraction', '1', /--train-fraction is 1; expected a number above 0 and below 1/],
    ['--train-fraction', '0.003', /There is nothing to learn from/],
  ])('refuses %s %s', async (option, value, words) => {
    const { code, stderr } = await runTint(['bench', '--shape', 'gpt2', option, value, ...onWasm])
    expect([code, stderr]).toEqual([1, expect.stringMatching(words)])
  })
})

describe('tint demo', () => {
  it('learns: TinT beats the model as it is, and recovers most of what exact gains', async () => {
    const report = await runJson(['demo', '--learning-rate', '3e-4,6e-4', ...onWasm])
    const [inner] = report.results as { way: string; loss: number }[]
    const best = report.best as { exact: { loss: number }; tint: { loss: number }; recovered: number }
    expect(inner?.way).toBe('inner')
    expect(report.results).toHaveLength(5)
    expect(best.tint.loss).toBeLessThan(inner!.loss - 0.5)
    expect(best.recovered).toBeGreaterThan(0.8)
    expect(report.bytes).toHaveLength(493 - 345)
  })

  it('shows OPT and a text of yours, in plain characters where there is no terminal', async () => {
    const text = join(folder.path, 'text.txt')
    writeFileSync(text, 'Ünter Üb ünt: '.repeat(5))
    const options = ['--model', 'opt-nano-bytes', '--text', text, '--learning-rate', '3e-4']
    const { code, stdout } = await runTint(['demo', ...options, ...onWasm])
    expect(code).toBe(0)
    expect(stdout).not.toContain(escapeCode)
    expect(stdout).toMatch(/learned above, predicted below.*\n(?:.*\n)*?[+ -]*\+[+ -]*\n/)
  })

  it.each([
    [
      'a model with words',
      ['--model', golden.folder],
      /vocabulary of 128; expected a byte-level one of 257 or 260/,
    ],
    ['a missing text', ['--text', '/no/text'], /\/no\/text of --text does not exist/],
    [
      'too long a text',
      ['--text', fileURLToPath(import.meta.url)],
      /has \d+ bytes, more than .*"head -c 512 /,
    ],
    ['no text at all', ['--text', '/dev/null'], /nothing to learn from: .* \(0 bytes\) is 0 bytes/],
    [
      'a train part of one byte',
      ['--train-fraction', '0.003'],
      /\(493 bytes\) is 1 byte; expected at least 2/,
    ],
    [
      'a train fraction of 2',
      ['--train-fraction', '2'],
      /--train-fraction is 2; expected .* above 0 and below 1/,
    ],
    ['a rate out of range', ['--learning-rate', '1e30'], /not a finite number/],
  ])('refuses %s', async (_, args, words) => {
    const { code, stdout, stderr } = await runTint(['demo', ...args, ...onWasm])
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(words)])
  })
})

it('ships each model with its card', () => {
  for (const name of ['gpt2-nano-bytes', 'opt-nano-bytes']) {
    expect(existsSync(fileURLToPath(new URL(`../models/${name}/MODEL_CARD.md`, import.meta.url)))).toBe(true)
  }
})
