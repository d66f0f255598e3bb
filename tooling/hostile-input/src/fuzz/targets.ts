import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readFixture } from '@tintjs/adapter-testing'
import { loadTint } from '@tintjs/construct/node'
import { parseTask } from '@tintjs/evaluate'
import { readLocalTask, readRuns } from '@tintjs/evaluate/node'
import { loadInnerModel, loadTokenizer, memorySource } from '@tintjs/inner'
import {
  bytesSource,
  readPytorchHeader,
  readPytorchTensor,
  readSafetensorsHeader,
  readTensorData,
} from '@tintjs/tensor'
import { adapters, configurationOf, tinyConfigurations, tinyGpt2, weightsOf } from '../building/checkpoint'
import { caseText, fixtureFolder } from '../building/fixture'
import { legacyFile, pickledTensors, pytorchFile } from '../building/pickle'
import { resultsText, runFolder, sampleLine } from '../building/run'
import { oneTensor, tensorsAt } from '../building/safetensors'
import { simulatorFiles, withFile } from '../building/simulator'
import { csvTaskText, taskText } from '../building/task'
import { tokenizerJson } from '../building/tokenizer'
import type { FolderContent } from '../hostile-case'
import type { Format } from './mutation'

/** A kind of file that is fuzzed. */
export interface FuzzTarget {
  readonly name: string
  readonly format: Format
  /** Valid files to begin with. */
  seeds(): Promise<readonly Uint8Array[]>
  /**
   * Reads an input in the public way.
   *
   * @returns how many bytes of numbers came out of it; 0 where it holds none
   */
  read(input: Uint8Array): Promise<number>
}

const utf8 = (...texts: readonly string[]) => texts.map((text) => new TextEncoder().encode(text))
const decoded = (input: Uint8Array) => new TextDecoder().decode(input)

/** Reads an input as one of the files of a folder in memory. */
const inModel =
  (files: (input: Uint8Array) => Readonly<Record<string, Uint8Array | string>>) =>
  async (input: Uint8Array): Promise<number> => {
    const model = await loadInnerModel(memorySource('the input', files(input)), { adapters })
    model.dispose()
    return 0
  }

const inTokenizer =
  (files: (input: Uint8Array) => Readonly<Record<string, Uint8Array | string>>) =>
  async (input: Uint8Array): Promise<number> => {
    const tokenizer = await loadTokenizer(memorySource('the input', files(input)))
    const text = `ab aab  ${'a'.repeat(300)}${' '.repeat(300)}\n1234 ü中😀 <|endoftext|>\ud800`
    tokenizer.decode(tokenizer.tokenize(text, { addSpecialTokens: true }).ids)
    return 0
  }

/** Reads an input as one of the files of a folder on the disk. */
const onDisk =
  (name: string, others: () => FolderContent, read: (folder: string) => Promise<unknown>) =>
  async (input: Uint8Array): Promise<number> => {
    const folder = mkdtempSync(join(tmpdir(), 'tint-fuzz-'))
    try {
      for (const [file, content] of Object.entries({ ...others(), [name]: input })) {
        if (typeof content === 'string' || content instanceof Uint8Array)
          writeFileSync(join(folder, file), content)
      }
      await read(folder)
      return 0
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

async function readPytorch(input: Uint8Array): Promise<number> {
  const source = bytesSource('the input', input)
  let bytes = 0
  for (const entry of (await readPytorchHeader(source)).values()) {
    bytes += (await readPytorchTensor(source, entry)).byteLength
  }
  return bytes
}

/** The weights of the family that a configuration names, so that it can be right about them. */
function weightsFor(config: Uint8Array): Uint8Array {
  const family = /"model_type":"(\w+)"/.exec(decoded(config))?.[1]
  const found = tinyConfigurations.find((configuration) => configuration.model_type === family)
  return tinyWeights(found?.model_type ?? 'gpt2')
}

const known = new Map<string, Uint8Array>()
function tinyWeights(family: string): Uint8Array {
  const weights = known.get(family) ?? weightsOf(configurationOf(family))
  known.set(family, weights)
  return weights
}

const gpt2Text = JSON.stringify(tinyGpt2)
const shard = 'model-00001-of-00001.safetensors'
const mergesFiles = { 'vocab.json': '{"a":0,"b":1,"ab":2,"</s>":3}', 'merges.txt': '#version: 0.2\na b\n' }

/** Reads an input as one of the files of a saved simulator, of which the manifest tells the right hash. */
const inSimulator = (name: string) => async (input: Uint8Array) => {
  const files = await simulatorFiles()
  const changed = name === 'tint.json' ? { ...files, [name]: input } : withFile(files, name, input)
  const loaded = await loadTint(memorySource('the input', changed), { adapters })
  loaded.dispose()
  return 0
}
const ofSimulator = (name: string) => async () => [(await simulatorFiles())[name] ?? new Uint8Array(0)]

/** Every kind of file that is fuzzed. */
export const targets: readonly FuzzTarget[] = [
  {
    name: 'safetensors',
    format: 'safetensors',
    seeds: async () => [
      oneTensor(),
      oneTensor({ dtype: 'BF16', shape: [2, 4] }),
      oneTensor({ dtype: 'F64', shape: [2] }),
      tensorsAt({ a: [0, 8], b: [8, 8], c: [8, 24] }, 24),
    ],
    async read(input) {
      const source = bytesSource('the input', input)
      let bytes = 0
      for (const entry of (await readSafetensorsHeader(source)).tensors.values()) {
        bytes += (await readTensorData(source, entry)).byteLength
      }
      return bytes
    },
  },
  {
    name: 'pytorch',
    format: 'pickle',
    seeds: async () => [
      pytorchFile(pickledTensors()),
      pytorchFile(pickledTensors({}, { name: 'tied', shape: [2, 2], strides: [1, 2] })),
    ],
    read: readPytorch,
  },
  {
    name: 'pickle',
    format: 'pickle',
    seeds: async () => [pickledTensors(), pickledTensors({}, { name: 'v', offset: 1, shape: [3] })],
    read: (input) => readPytorch(pytorchFile(input)),
  },
  {
    name: 'pytorch-legacy',
    format: 'pickle',
    seeds: async () => [legacyFile()],
    read: readPytorch,
  },
  {
    name: 'weights',
    format: 'safetensors',
    seeds: async () => [tinyWeights('gpt2')],
    read: inModel((input) => ({ 'config.json': gpt2Text, 'model.safetensors': input })),
  },
  {
    name: 'config',
    format: 'json',
    seeds: async () => utf8(...tinyConfigurations.map((configuration) => JSON.stringify(configuration))),
    read: inModel((input) => ({ 'config.json': input, 'model.safetensors': weightsFor(input) })),
  },
  {
    name: 'index',
    format: 'json',
    seeds: async () =>
      utf8(
        JSON.stringify({
          metadata: { total_size: 1 },
          weight_map: { 'transformer.wte.weight': shard, 'transformer.wpe.weight': shard },
        }),
      ),
    read: inModel((input) => ({
      'config.json': gpt2Text,
      [shard]: tinyWeights('gpt2'),
      'model.safetensors.index.json': input,
    })),
  },
  {
    name: 'tokenizer',
    format: 'json',
    seeds: async () =>
      utf8(
        tokenizerJson(),
        tokenizerJson(
          {
            pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first' },
            decoder: {
              type: 'Sequence',
              decoders: [
                { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
                { type: 'ByteFallback' },
                { type: 'Fuse' },
                { type: 'Strip', content: ' ', start: 1, stop: 0 },
              ],
            },
          },
          {
            vocab: { a: 0, '▁': 1, '<0x0A>': 2, '<unk>': 3, b: 4, ab: 5, aa: 6 },
            unk_token: '<unk>',
            byte_fallback: true,
            fuse_unk: true,
          },
        ),
        tokenizerJson({
          normalizer: {
            type: 'Sequence',
            normalizers: [
              { type: 'Prepend', prepend: '▁' },
              { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
              { type: 'NFC' },
            ],
          },
          post_processor: {
            type: 'TemplateProcessing',
            single: [{ SpecialToken: { id: 'x' } }, { Sequence: { id: 'A' } }],
            special_tokens: { x: { ids: [5] } },
          },
        }),
        tokenizerJson({
          pre_tokenizer: {
            type: 'Sequence',
            pretokenizers: [
              { type: 'Split', pattern: { String: ' ' }, behavior: 'Isolated', invert: false },
              { type: 'Digits', individual_digits: true },
              { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
            ],
          },
        }),
      ),
    read: inTokenizer((input) => ({ 'tokenizer.json': input })),
  },
  {
    name: 'tokenizer-settings',
    format: 'json',
    seeds: async () =>
      utf8(
        '{"bos_token":"</s>","eos_token":{"content":"</s>"},"add_bos_token":true,"add_prefix_space":true,"added_tokens_decoder":{"4":{"content":"<x>","lstrip":true,"special":true}}}',
      ),
    read: inTokenizer((input) => ({ ...mergesFiles, 'tokenizer_config.json': input })),
  },
  {
    name: 'tokenizer-merges',
    format: 'text',
    seeds: async () => utf8(mergesFiles['merges.txt']),
    read: inTokenizer((input) => ({ ...mergesFiles, 'merges.txt': input })),
  },
  {
    name: 'tokenizer-added',
    format: 'json',
    seeds: async () => utf8('{"<x>":4,"<y>":5}'),
    read: inTokenizer((input) => ({
      ...mergesFiles,
      'added_tokens.json': input,
      'special_tokens_map.json': '{"eos_token":"</s>"}',
    })),
  },
  {
    name: 'task',
    format: 'text',
    seeds: async () => utf8(taskText, csvTaskText),
    async read(input) {
      parseTask(decoded(input), 'the input')
      return 0
    },
  },
  {
    name: 'examples',
    format: 'text',
    seeds: async () => utf8('0 a b\n1 c\n'.repeat(20)),
    read: onDisk(
      'colours.txt',
      () => ({}),
      (folder) => readLocalTask(parseTask(taskText, 'task.yaml'), folder),
    ),
  },
  {
    name: 'examples-csv',
    format: 'text',
    seeds: async () => utf8('0,"a ""b"""\n1,c\n'.repeat(20)),
    read: onDisk(
      'colours.csv',
      () => ({}),
      (folder) => readLocalTask(parseTask(csvTaskText, 'task.yaml'), folder),
    ),
  },
  {
    name: 'run-results',
    format: 'json',
    seeds: async () => utf8(resultsText()),
    read: onDisk('results.json', runFolder, (folder) => readRuns([folder])),
  },
  {
    name: 'run-samples',
    format: 'json',
    seeds: async () => utf8(sampleLine(), sampleLine() + sampleLine({ sample: 1 })),
    read: onDisk('samples.jsonl', runFolder, (folder) => readRuns([folder])),
  },
  {
    name: 'case',
    format: 'json',
    seeds: async () =>
      utf8(
        caseText(),
        caseText({ tint: { numPrefixTokens: 2, hiddenSize: 8, numHeads: 2 }, gradientMask: [0, 1, 1, 0] }),
      ),
    read: onDisk('case.json', fixtureFolder, async (folder) => readFixture(folder)),
  },
  {
    name: 'simulator-manifest',
    format: 'json',
    seeds: ofSimulator('tint.json'),
    read: inSimulator('tint.json'),
  },
  {
    name: 'simulator-structure',
    format: 'json',
    seeds: ofSimulator('structure.json'),
    read: inSimulator('structure.json'),
  },
  {
    name: 'simulator-config',
    format: 'json',
    seeds: ofSimulator('config.json'),
    read: inSimulator('config.json'),
  },
  {
    name: 'simulator-prefixes',
    format: 'safetensors',
    seeds: ofSimulator('prefixes.safetensors'),
    read: inSimulator('prefixes.safetensors'),
  },
  {
    name: 'simulator-frozen',
    format: 'safetensors',
    seeds: ofSimulator('frozen.safetensors'),
    read: inSimulator('frozen.safetensors'),
  },
]
