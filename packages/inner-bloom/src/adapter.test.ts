import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as tf from '@tensorflow/tfjs-core'
import {
  allParameters,
  assembleTensor,
  blockParameters,
  describeInnerModel,
  frozenParameters,
  initialiseInnerModel,
  loadInnerModel,
  modelLogits,
  parameterSize,
  readParameter,
} from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { ConfigError, readSafetensorsHeader, readTensorData } from '@tintjs/tensor'
import { openFileSource, useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import { goldenCases } from '@tooling/golden-cases'
import { beforeAll, describe, expect, it } from 'vitest'
import { bloom, bloomShapes } from './index'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

/** Inputs and transformers' logits of a checkpoint folder. */
interface LogitsCase {
  readonly name: string
  readonly folder: string
  readonly inputIds: number[][]
  readonly attentionMask: number[][] | null
  readonly positionIds: number[] | null
  /** The tensor of `expected.safetensors` that holds them. */
  readonly expected: string
}

/** Made by fixtures/make_fixtures.py. */
const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url))
const fixtureCases: LogitsCase[] = readdirSync(fixtures, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => {
    const folder = `${fixtures}/${name}`
    return { ...JSON.parse(readFileSync(`${folder}/case.json`, 'utf8')), name, folder, expected: 'logits' }
  })
const cases: LogitsCase[] = [
  ...goldenCases('bloom').map((golden) => ({ ...golden, expected: 'logits_before' })),
  ...fixtureCases,
]

describe.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
  it("gives transformers' logits and leaves no tensor behind", async () => {
    await expectBalancedTensors(async () => {
      const file = await openFileSource(`${one.folder}/expected.safetensors`)
      const { tensors } = await readSafetensorsHeader(file)
      const entry = tensors.get(one.expected)!
      const data = await readTensorData(file, entry)
      await file.close()
      const model = await loadInnerModel(folderSource(one.folder), { adapters: [bloom] })
      const { attentionMask, positionIds, inputIds } = one
      const masks = { attentionMask: attentionMask ?? undefined, positionIds: positionIds ?? undefined }
      const logits = await modelLogits(model, inputIds, masks)
      const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      expectClose(logits, { shape: entry.shape, data }, { absolute: 1e-4 * largest })
      logits.dispose()
      model.dispose()
    })
  })

  it('uses every tensor of the checkpoint', async () => {
    const { unusedTensors } = await describeInnerModel(folderSource(one.folder), { adapters: [bloom] })
    expect(unusedTensors).toEqual([])
  })
})

const tiny = { model_type: 'bloom', hidden_size: 12, n_head: 3, n_layer: 1, vocab_size: 11 }

describe('configurations', () => {
  it.each([
    ['a width that heads do not divide', { n_head: 5 }, 'hidden_size 12 and n_head 5'],
    [
      'old names of such sizes',
      { hidden_size: null, n_head: null, n_embed: 12, num_attention_heads: 5 },
      'n_embed 12 and num_attention_heads 5',
    ],
    ['two names that disagree', { n_embed: 24 }, 'hidden_size 12 and n_embed 24'],
    ['another MLP width', { n_inner: 24 }, 'n_inner 24; expected null or 48'],
    ['no biases of queries, keys and values', { skip_bias_add_qkv: true }, 'skip_bias_add_qkv is true'],
    ['an unknown field', { n_positions: 4 }, 'n_positions = 4'],
  ])('with %s are refused by name', (_, fields, words) => {
    expect(() => bloom.describe({ ...tiny, ...fields })).toThrow(ConfigError)
    expect(() => bloom.describe({ ...tiny, ...fields })).toThrow(words)
  })

  it.each([
    ['bloom-560m', 559_214_592],
    ['bloom-1b1', 1_065_314_304],
    ['bloom-1b7', 1_722_408_960],
    ['bloom-3b', 3_002_557_440],
    ['bloom-7b1', 7_069_016_064],
  ] as const)('of %s have the released parameter count', (name, parameters) => {
    const references = allParameters(bloom.describe(bloomShapes[name]))
    expect(references.map(parameterSize).reduce((sum, size) => sum + size, 0)).toBe(parameters)
  })

  it('name the longest context, or get 2048 tokens', () => {
    expect(bloom.describe(tiny).maximumPositions).toBe(2048)
    expect(bloom.describe({ ...tiny, seq_length: 20 }).maximumPositions).toBe(20)
  })
})

describe('variants', () => {
  it('freeze the embedding, its norm and the head', () => {
    const names = (fields: object) =>
      frozenParameters(bloom.describe({ ...tiny, ...fields })).map(({ name }) => name)
    const embedding = ['', '_layernorm'].flatMap((part) =>
      (part === '' ? ['weight'] : ['weight', 'bias']).map(
        (kind) => `transformer.word_embeddings${part}.${kind}`,
      ),
    )
    expect(names({})).toEqual(embedding)
    expect(names({ tie_word_embeddings: false })).toEqual([...embedding, 'lm_head.weight'])
  })

  it('run untied with random weights', async () => {
    const model = initialiseInnerModel(bloom, { ...tiny, tie_word_embeddings: false })
    const logits = await modelLogits(model, [1, 2, 3])
    expect(logits.shape).toEqual([1, 3, 11])
    expect((await logits.data()).every(Number.isFinite)).toBe(true)
    logits.dispose()
    model.dispose()
  })

  it('take queries, keys and values of each head out of the fused tensor, and put them back', async () => {
    const fused = blockParameters(bloom.describe(tiny)).filter(({ name }) =>
      name.endsWith('query_key_value.weight'),
    )
    // Row r of the stored tensor is full of r; a head is 4 wide.
    const stored = tf.tensor2d(Array.from({ length: 36 }, (_, row) => Array<number>(12).fill(row)))
    const parts = fused.map((reference) => readParameter(stored, reference))
    const firstRows = await Promise.all(
      parts.map(async (part) => [...(await part.data())].filter((_, at) => at % 12 === 0)),
    )
    expect(firstRows).toEqual([
      [0, 1, 2, 3, 12, 13, 14, 15, 24, 25, 26, 27],
      [4, 5, 6, 7, 16, 17, 18, 19, 28, 29, 30, 31],
      [8, 9, 10, 11, 20, 21, 22, 23, 32, 33, 34, 35],
    ])
    const assembled = assembleTensor(fused, (reference) => tf.expandDims(parts[fused.indexOf(reference)]!, 0))
    expect([...(await assembled.data())]).toEqual([...(await stored.data())])
    tf.dispose([stored, ...parts, assembled])
  })
})
