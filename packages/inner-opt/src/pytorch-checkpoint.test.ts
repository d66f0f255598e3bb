import { fileURLToPath } from 'node:url'
import { describeInnerModel, loadInnerModel, modelLogits } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { checkpointAs } from '@tintjs/inner/testing'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors } from '@tintjs/tensor/testing'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { beforeAll, describe, expect, it } from 'vitest'
import { opt } from './index'

/** The golden case as the hub's layout has it; see fixtures/make_fixtures.py. */
const folder = fileURLToPath(new URL('./fixtures', import.meta.url))
const golden = goldenCaseNamed('opt-no-bias')

async function logitsOf(source: Parameters<typeof loadInnerModel>[0]) {
  const model = await loadInnerModel(source, { adapters: [opt] })
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

  it('uses every tensor of every shard', async () => {
    const { unusedTensors } = await describeInnerModel(folderSource(folder), { adapters: [opt] })
    expect(unusedTensors).toEqual([])
  })
})
