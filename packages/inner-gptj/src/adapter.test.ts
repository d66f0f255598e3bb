import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  allParameters,
  describeInnerModel,
  frozenParameters,
  initialiseInnerModel,
  loadInnerModel,
  modelLogits,
  parameterSize,
} from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { ConfigError, readSafetensorsHeader, readTensorData } from '@tintjs/tensor'
import { openFileSource, useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import { goldenCases } from '@tooling/golden-cases'
import { beforeAll, describe, expect, it } from 'vitest'
import { gptj, gptjShapes } from './index'

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
  ...goldenCases('gptj').map((golden) => ({ ...golden, expected: 'logits_before' })),
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
      const model = await loadInnerModel(folderSource(one.folder), { adapters: [gptj] })
      const { attentionMask, positionIds, inputIds } = one
      const masks = { attentionMask: attentionMask ?? undefined, positionIds: positionIds ?? undefined }
      const logits = await modelLogits(model, inputIds, masks)
      const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      expectClose(logits, { shape: entry.shape, data }, { absolute: 1e-4 * largest })
      logits.dispose()
      model.dispose()
    })
  })

  it('uses every tensor of the checkpoint but the buffers of old versions', async () => {
    const { unusedTensors } = await describeInnerModel(folderSource(one.folder), { adapters: [gptj] })
    const buffers = one.name === 'old-hub-layout' ? ['attn.bias', 'attn.masked_bias'] : []
    const inLayers = ['transformer.h.0', 'transformer.h.1'].flatMap((layer) =>
      buffers.map((buffer) => `${layer}.${buffer}`),
    )
    expect([...unusedTensors].sort()).toEqual(inLayers)
  })
})

const tiny = {
  model_type: 'gptj',
  n_embd: 16,
  n_head: 2,
  n_layer: 1,
  n_positions: 16,
  rotary_dim: 4,
  vocab_size: 11,
}

describe('configurations', () => {
  it.each([
    ['an activation', { activation_function: 'swiglu' }, 'activation_function is "swiglu"'],
    ['a width that heads do not divide', { n_head: 3 }, 'n_embd 16 and n_head 3'],
    ['more rotary numbers than a head has', { rotary_dim: 10 }, 'rotary_dim 10 and heads that are 8 wide'],
    ['an odd rotary_dim', { rotary_dim: 3 }, 'rotary_dim 3'],
    ['an odd head that is turned whole', { n_embd: 10, rotary_dim: null }, 'heads that are 5 wide'],
    ['no rotary positions', { rotary: false }, 'rotary is false'],
    ['scores that are not scaled', { scale_attn_weights: false }, 'scale_attn_weights is false'],
    ['an unknown field', { rope_theta: 500 }, 'rope_theta = 500'],
  ])('with %s are refused by name', (_, fields, words) => {
    expect(() => gptj.describe({ ...tiny, ...fields })).toThrow(ConfigError)
    expect(() => gptj.describe({ ...tiny, ...fields })).toThrow(words)
  })

  it('of released sizes have the released parameter counts', () => {
    const description = gptj.describe(gptjShapes['gpt-j-6b'])
    expect(
      allParameters(description)
        .map(parameterSize)
        .reduce((sum, size) => sum + size, 0),
    ).toBe(6_050_882_784)
  })
})

describe('variants', () => {
  it('turn as many numbers of a head as rotary_dim says, or all', () => {
    const turned = (fields: object) => {
      const { blocks } = gptj.describe({ ...tiny, ...fields })
      return JSON.stringify(blocks)
        .match(/"frequencies":\[([^\]]*)\]/)?.[1]
        ?.split(',').length
    }
    expect(turned({})).toBe(2)
    expect(turned({ rotary_dim: null })).toBe(4)
  })

  it('freeze the head and its bias', () => {
    const names = (fields: object) =>
      frozenParameters(gptj.describe({ ...tiny, ...fields })).map(({ name }) => name)
    expect(names({})).toEqual(['transformer.wte.weight', 'lm_head.weight', 'lm_head.bias'])
    expect(names({ tie_word_embeddings: true })).toEqual(['transformer.wte.weight', 'lm_head.bias'])
  })

  it('have no biases in attention and biases in the MLP', () => {
    const names = allParameters(gptj.describe(tiny)).map(({ name }) => name)
    const biases = names.filter((name) => name.startsWith('transformer.h') && name.endsWith('bias'))
    expect(biases).toEqual(
      ['ln_1', 'mlp.fc_in', 'mlp.fc_out'].map((layer) => `transformer.h.0.${layer}.bias`),
    )
  })

  it('run with random weights', async () => {
    const model = initialiseInnerModel(gptj, tiny)
    const logits = await modelLogits(model, [1, 2, 3])
    expect(logits.shape).toEqual([1, 3, 11])
    expect((await logits.data()).every(Number.isFinite)).toBe(true)
    logits.dispose()
    model.dispose()
  })
})
