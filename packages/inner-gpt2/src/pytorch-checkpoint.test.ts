import { fileURLToPath } from 'node:url'
import { describeInnerModel, loadInnerModel, modelLogits } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { checkpointAs } from '@tintjs/inner/testing'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors } from '@tintjs/tensor/testing'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { beforeAll, describe, expect, it } from 'vitest'
import { gpt2 } from './index'

/** The golden case as the hub's layout has it; see fixtures/make_fixtures.py. */
const folder = fileURLToPath(new URL('./fixtures', import.meta.url))
const golden = goldenCaseNamed('gpt2-inverse-layer-scaling')

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
      expect(fromPytorch).toEqual(await logitsOf(await checkpointAs(folderSource(golden.folder), 'F16')))
    })
  })

  it('lists the buffers of old versions as unused', async () => {
    const { unusedTensors } = await describeInnerModel(folderSource(folder), { adapters: [gpt2] })
    expect([...unusedTensors].sort().slice(0, 2)).toEqual(['h.0.attn.bias', 'h.0.attn.masked_bias'])
    expect(unusedTensors.every((name) => /^h\.\d+\.attn\.(masked_)?bias$/.test(name))).toBe(true)
  })
})
