import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describeInnerModel, loadInnerModel, memorySource, modelLogits, openCheckpoint } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { type EncodeOptions, encodeSafetensors } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { beforeAll, describe, expect, it } from 'vitest'
import { gpt2 } from './index'

/** The golden case as the hub's layout has it; see fixtures/make_fixtures.py. */
const folder = fileURLToPath(new URL('./fixtures', import.meta.url))
const golden = goldenCaseNamed('gpt2-inverse-layer-scaling')

/** The golden case's checkpoint with all numbers in another type. */
async function goldenAs(type: NonNullable<EncodeOptions['type']>) {
  const checkpoint = await openCheckpoint(folderSource(golden.folder))
  const tensors = await Promise.all(
    [...checkpoint.tensors.values()].map(async ({ name, shape }) => ({
      name,
      shape,
      data: await checkpoint.read(name),
    })),
  )
  return memorySource(type, {
    'config.json': await readFile(`${golden.folder}/config.json`, 'utf8'),
    'model.safetensors': Buffer.concat([...encodeSafetensors(tensors, { type })]),
  })
}

async function logitsOf(source: Parameters<typeof loadInnerModel>[0]) {
  const model = await loadInnerModel(source, { adapters: [gpt2] })
  const logits = await modelLogits(model, golden.inputIds)
  const values = await logits.data<'float32'>()
  logits.dispose()
  model.dispose()
  return values
}

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

describe("a checkpoint in the hub's old layout, as pytorch_model.bin", () => {
  it('gives exactly the logits of the same numbers as safetensors', async () => {
    await expectBalancedTensors(async () => {
      const fromPytorch = await logitsOf(folderSource(folder))
      expect(fromPytorch).toEqual(await logitsOf(await goldenAs('F16')))
      // Half precision has 11 bits, bfloat16 has 8: near the golden logits, each in its own distance.
      const exact = await logitsOf(folderSource(golden.folder))
      const largest = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      expectClose(fromPytorch, exact, { absolute: 0.005 * largest })
      const rounded = await logitsOf(await goldenAs('BF16'))
      expectClose(rounded, exact, { absolute: 0.04 * largest })
      expect(() => expectClose(rounded, exact, { absolute: 1e-5 * largest })).toThrow()
    })
  })

  it('lists the buffers of old versions as unused', async () => {
    const { unusedTensors } = await describeInnerModel(folderSource(folder), { adapters: [gpt2] })
    expect([...unusedTensors].sort().slice(0, 2)).toEqual(['h.0.attn.bias', 'h.0.attn.masked_bias'])
    expect(unusedTensors.every((name) => /^h\.\d+\.attn\.(masked_)?bias$/.test(name))).toBe(true)
  })
})
