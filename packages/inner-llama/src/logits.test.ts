import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describeInnerModel, loadInnerModel, type MaskOptions, modelLogits } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { readSafetensorsHeader, readTensorData } from '@tintjs/tensor'
import { openFileSource, useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { beforeAll, describe, expect, it } from 'vitest'
import { llamaFamily } from './index'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

/** Compares a checkpoint's logits with those that transformers gave for it in float64. */
async function expectLogits(folder: string, inputIds: number[][], entryName: string, masks?: MaskOptions) {
  await expectBalancedTensors(async () => {
    const file = await openFileSource(`${folder}/expected.safetensors`)
    const { tensors } = await readSafetensorsHeader(file)
    const entry = tensors.get(entryName)!
    const data = await readTensorData(file, entry)
    await file.close()
    const model = await loadInnerModel(folderSource(folder), { adapters: llamaFamily })
    const logits = await modelLogits(model, inputIds, masks)
    const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    expectClose(logits, { shape: entry.shape, data }, { absolute: 1e-4 * largest })
    logits.dispose()
    model.dispose()
  })
}

describe('the golden case llama-grouped-query', () => {
  const golden = goldenCaseNamed('llama-grouped-query')

  it("gives transformers' logits and leaves no tensor behind", async () => {
    const { attentionMask, positionIds, inputIds, folder } = golden
    const masks = { attentionMask: attentionMask ?? undefined, positionIds: positionIds ?? undefined }
    await expectLogits(folder, inputIds, 'logits_before', masks)
  })

  it('uses every tensor of the checkpoint', async () => {
    const { unusedTensors } = await describeInnerModel(folderSource(golden.folder), { adapters: llamaFamily })
    expect(unusedTensors).toEqual([])
  })
})

// Made by tooling/golden-cases/hf_logits.py out of fixtures/cases.json.
describe.each(['llama-llama3-scaling', 'mistral-sliding-window', 'qwen2-windows-by-layer'])('%s', (name) => {
  const folder = fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))

  it("gives transformers' logits and leaves no tensor behind", async () => {
    const { inputIds } = JSON.parse(await readFile(`${folder}/case.json`, 'utf8'))
    await expectLogits(folder, inputIds, 'logits')
  })

  it('uses every tensor of the checkpoint', async () => {
    const { unusedTensors } = await describeInnerModel(folderSource(folder), { adapters: llamaFamily })
    expect(unusedTensors).toEqual([])
  })
})
