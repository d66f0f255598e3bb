import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { afterAll, describe, expect, it } from 'vitest'
import { copyFolder, editHeader, runTint, temporaryFolder, writeJson } from './test-support'

const golden = goldenCaseNamed('gpt2-one-step')
const tokens = golden.inputIds[0]!
const length = tokens.length
const folder = temporaryFolder()
const inputIds = writeJson(folder.path, 'ids.json', golden.inputIds)
afterAll(folder.remove)

/** Options of a step that is right, to be spoiled in one place. */
const right = {
  '--model': golden.folder,
  '--input-ids': inputIds,
  '--train-length': String(golden.trainLength),
  '--learning-rate': String(golden.learningRate),
  '--engine': 'wasm',
}

/** Options that differ from the right ones. */
type Spoiled = Readonly<Record<string, string>>

/** Runs a spoiled step and checks that it fails as it should: in words, without output, without files. */
async function expectRefusal(spoiled: Spoiled, code: number, words: RegExp): Promise<void> {
  const output = join(folder.path, 'output')
  rmSync(output, { recursive: true, force: true })
  mkdirSync(output)
  const files = ['--save-updated', '--save-logits', '--save-model'].flatMap((option) => [
    option,
    join(output, option.slice(2)),
  ])
  const result = await runTint([
    'step',
    ...files,
    // The last one of an option counts.
    ...Object.entries({ ...right, ...spoiled }).flat(),
    '--json',
  ])
  expect(result.stderr).toMatch(words)
  // One sentence or two, without a stack.
  expect(result.stderr.trim().split('\n')).toHaveLength(1)
  expect(result.stderr).toMatch(/^tint: /)
  expect(result).toMatchObject({ code, stdout: '' })
  expect(readdirSync(output)).toEqual([])
}

/** A file with this content, as an option's value. */
function file(content: unknown): string {
  return writeJson(folder.path, 'input.json', content)
}

function fileOfText(text: string): string {
  const path = join(folder.path, 'input.json')
  writeFileSync(path, text)
  return path
}

/** A copy of the case's checkpoint, changed by `spoil`. */
function checkpoint(spoil: (model: string) => void): Spoiled {
  const model = join(folder.path, 'model')
  rmSync(model, { recursive: true, force: true })
  mkdirSync(model)
  copyFolder(golden.folder, model)
  spoil(model)
  return { '--model': model }
}

function configuration(fields: Record<string, unknown>): Spoiled {
  return checkpoint((model) => {
    const path = join(model, 'config.json')
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...fields }))
  })
}

const header = (edit: Parameters<typeof editHeader>[1]) =>
  checkpoint((model) => editHeader(join(model, 'model.safetensors'), edit))

const emptied = () => checkpoint((model) => rmSync(join(model, 'config.json')))
const notJson = () => checkpoint((model) => writeFileSync(join(model, 'config.json'), '{'))
const truncated = () => checkpoint((model) => truncateSync(join(model, 'model.safetensors'), 10_000))

const longHeader = () =>
  checkpoint((model) => {
    const path = join(model, 'model.safetensors')
    const bytes = readFileSync(path)
    bytes.writeBigUInt64LE(10n ** 15n)
    writeFileSync(path, bytes)
  })

const lyingHeader = () =>
  header((entries) => {
    entries['transformer.wpe.weight']!.data_offsets[1] += 4
  })

const misshapen = () => header((entries) => entries['transformer.h.0.mlp.c_fc.weight']!.shape.reverse())

const withoutTensor = () =>
  header((entries) => {
    const name = 'transformer.h.1.ln_2.bias'
    entries.renamed = entries[name]!
    delete entries[name]
  })

const squareMask = (change: (mask: number[][]) => void) => {
  const mask = Array.from({ length }, () => Array.from({ length }, () => 1))
  change(mask)
  return file(mask)
}

describe('a checkpoint that cannot be used', () => {
  it.each<[string, () => Spoiled, RegExp]>([
    ['missing folder', () => ({ '--model': '/no/model' }), /no model folder \/no\/model; .*gpt2-nano-bytes/],
    ['no configuration', emptied, /There is no config\.json in /],
    ['configuration that is not JSON', notJson, /config\.json in .* is not valid JSON/],
    ['unsupported architecture', () => configuration({ model_type: 'mamba' }), /"mamba", an unsupported/],
    [
      'unsupported value',
      () => configuration({ activation_function: 'mish' }),
      /activation_function is "mish"/,
    ],
    ['unknown field', () => configuration({ window: 5 }), /the field window = 5/],
    ['truncated weights', truncated, /model\.safetensors: the tensors cover \d+ bytes .* the file has \d+/],
    [
      'header longer than the file',
      longHeader,
      /model\.safetensors: the header claims 1000000000000000 bytes/,
    ],
    ['header that lies about offsets', lyingHeader, /tensor "transformer\.wpe\.weight": data_offsets/],
    ['missing tensor', withoutTensor, /The tensor transformer\.h\.1\.ln_2\.bias is missing/],
    [
      'mis-shaped tensor',
      misshapen,
      /The tensor transformer\.h\.0\.mlp\.c_fc\.weight .* shape \[256, 64\]; expected \[64, 256\]/,
    ],
  ])('%s', (_, spoiled, words) => expectRefusal(spoiled(), 1, words))
})

describe('ids and files that cannot be used', () => {
  it.each<[string, () => Spoiled, RegExp]>([
    [
      'an id outside the vocabulary',
      () => ({ '--input-ids': file([1, 128, 3]) }),
      /Input id 128 at position 1/,
    ],
    ['a negative id', () => ({ '--input-ids': file([[1, -2, 3]]) }), /Input id -2/],
    ['an id that is not whole', () => ({ '--input-ids': file([1.5, 2, 3]) }), /Input id 1\.5/],
    [
      'too long a context',
      () => ({ '--input-ids': file(Array(65).fill(1)) }),
      /65 tokens, more than .* 64 pos/,
    ],
    [
      'no such file',
      () => ({ '--input-ids': '/no/ids.json' }),
      /\/no\/ids\.json of --input-ids does not exist/,
    ],
    [
      'a file that is not JSON',
      () => ({ '--input-ids': fileOfText('[1, 2') }),
      /--input-ids is not valid JSON/,
    ],
    [
      'text among ids',
      () => ({ '--input-ids': file([1, 'two']) }),
      /of --input-ids, \[1\] is "two"; expected a whole number\. .*token ids/,
    ],
    [
      'an object for a mask',
      () => ({ '--train-mask': file({}) }),
      /--train-mask, the content is an object; expected a list/,
    ],
    [
      'truth values in a mask',
      () => ({ '--test-mask': file([tokens.map(() => true)]) }),
      /--test-mask, \[0\]\[0\] is true; expected the number 0 or 1/,
    ],
    ['a short train mask', () => ({ '--train-mask': file([1, 0]) }), /trainMask has shape \[1, 2\]/],
    [
      'a train mask of 2s',
      () => ({ '--train-mask': file(tokens.map(() => 2)) }),
      /trainMask has the value 2/,
    ],
    [
      'a test mask of 0s',
      () => ({ '--test-mask': file(tokens.map(() => 0)) }),
      /testMask leaves no test target/,
    ],
    ['a short test mask', () => ({ '--test-mask': file([[1]]) }), /testMask has shape \[1, 1\]/],
    ['short positions', () => ({ '--position-ids': file([0, 1]) }), /positionIds has shape \[1, 2\]/],
    ['positions too far', () => ({ '--position-ids': file(tokens.map(() => 64)) }), /positionIds has 64/],
    [
      'a small attention mask',
      () => ({ '--attention-mask': file([[1]]) }),
      /attentionMask has shape \[1, 1, 1\]; expected \[48, 48\]/,
    ],
    [
      'an attention mask with a row that forbids everything',
      () => ({ '--attention-mask': squareMask((mask) => mask[7]!.fill(0)) }),
      /Row 7 of attentionMask .* forbids every token/,
    ],
    [
      'an attention mask with a row that allows later tokens only',
      () => ({ '--attention-mask': squareMask((mask) => mask[7]!.fill(0, 0, 8)) }),
      /Row 7 of attentionMask .* forbids every token/,
    ],
  ])('%s', (_, spoiled, words) => expectRefusal(spoiled(), 1, words))
})

describe('numbers that cannot be used', () => {
  it.each<[string, Spoiled, number, RegExp]>([
    [
      'train length 0',
      { '--train-length': '0' },
      1,
      /train length is 0; expected a whole number from 1 to 47/,
    ],
    ['train length N', { '--train-length': '48' }, 1, /train length is 48; expected .* 1 to 47/],
    ['half a train length', { '--train-length': '1.5' }, 1, /train length is 1\.5/],
    [
      'a train length too many',
      { '--train-length': '3,4' },
      1,
      /trainLength has 2 numbers; expected one, as/,
    ],
    [
      'train length in letters',
      { '--train-length': 'all' },
      2,
      /'--train-length <n>' .*"all" is not a number/,
    ],
    [
      'NaN as learning rate',
      { '--learning-rate': 'NaN' },
      2,
      /'--learning-rate <x>' .*"NaN" is not a number/,
    ],
    ['learning rate in letters', { '--learning-rate': 'fast' }, 2, /"fast" is not a number/],
    ['negative learning rate', { '--learning-rate': '-0.1' }, 1, /learning rate is -0\.1; .*at least 0/],
    ['infinite learning rate', { '--learning-rate': 'Infinity' }, 1, /learning rate is Infinity/],
    ['no steps', { '--steps': '0' }, 1, /steps is 0; expected a whole number from 1/],
    ['more layers than blocks', { '--layers': '4' }, 1, /layers is 4; expected a whole number from 1 to 3/],
    ['a derivative that is none', { '--derivative': 'central:0' }, 2, /The derivative is "central:0"/],
    [
      'an approximation of exact',
      { '--gradient': 'exact', '--derivative': 'central' },
      2,
      /--gradient exact/,
    ],
    ['an unknown gradient', { '--gradient': 'best' }, 2, /Allowed choices are tint, exact/],
    ['an unknown execution', { '--execution': 'slow' }, 2, /Allowed choices are fused, literal/],
    [
      'the exact gradient, literally',
      { '--execution': 'literal', '--gradient': 'exact' },
      2,
      /--gradient exact is not what a simulator computes; .*--execution fused/,
    ],
    [
      'analytic derivatives, literally',
      { '--execution': 'literal', '--derivative': 'analytic' },
      2,
      /--derivative analytic is not what a simulator computes; choose central:N/,
    ],
    [
      'impossible dimensions',
      { '--execution': 'literal', '--prefix-tokens': '17' },
      1,
      /17 prefix tokens \(K\) cannot be: 17 does not divide .* D = 64; expected one of 8, 16|expected/,
    ],
    [
      'a text that is longer than planned',
      { '--execution': 'literal', '--max-length': '20' },
      1,
      /more than the 20 that the simulator was planned for/,
    ],
    ['an unknown engine', { '--engine': 'abacus' }, 2, /Allowed choices are auto, tensorflow, wasm, cpu/],
    ['a result that is not finite', { '--learning-rate': '1e30' }, 1, /not a finite number.*lower the rate/],
  ])('%s', (_, spoiled, code, words) => expectRefusal(spoiled, code, words))
})

describe('places that cannot be written', () => {
  const refused = async (options: Spoiled, words: RegExp) => {
    const result = await runTint(['step', ...Object.entries({ ...right, ...options }).flat()])
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(words) })
  }

  it('a folder that does not exist', () =>
    refused({ '--save-updated': join(folder.path, 'no', 'x') }, /folder .* of --save-updated does not exist/))

  it('a folder in place of a file', () =>
    refused({ '--save-logits': folder.path }, /of --save-logits is a folder/))

  it('a folder that holds other files', () =>
    refused({ '--save-model': folder.path }, /of --save-model already holds \d+ files/))

  it('that is an input', () =>
    refused({ '--save-updated': inputIds }, /--save-updated and --input-ids both name .*ids\.json/))

  it('that is another output', () => {
    const same = join(folder.path, 'same')
    return refused(
      { '--save-updated': same, '--save-logits': same },
      /--save-logits and --save-updated both name/,
    )
  })

  it("that is the model's own file", () =>
    refused(
      { '--save-updated': join(golden.folder, 'model.safetensors') },
      /model\.safetensors of --save-updated lies in the model's folder/,
    ))

  it('one model of several sequences', () =>
    refused(
      { '--save-model': join(folder.path, 'new'), '--input-ids': file([tokens, tokens]) },
      /--input-ids has 2 sequences/,
    ))
})
