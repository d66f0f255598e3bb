import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type InnerModel, initialiseInnerModel, loadInnerModel, modelLogits } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { gpt2 } from '@tintjs/inner-gpt2'
import { opt } from '@tintjs/inner-opt'
import { InputError, readSafetensorsHeader, readTensorData } from '@tintjs/tensor'
import { openFileSource, useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trainingStep } from './index'
import { saveAdaptedCheckpoint, saveLogits, saveUpdatedWeights } from './node'

const config = { model_type: 'gpt2', n_embd: 16, n_head: 2, n_layer: 2, n_positions: 24, vocab_size: 13 }
const tokens = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
const options = { trainLength: 7, learningRate: 0.1, keepLogits: true }
let model: InnerModel
let folder: string

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  model = initialiseInnerModel(gpt2, config)
  folder = await mkdtemp(join(tmpdir(), 'tint-save-'))
})
afterAll(async () => {
  model.dispose()
  await rm(folder, { recursive: true })
})

async function readFileTensors(path: string) {
  const file = await openFileSource(path)
  const { tensors } = await readSafetensorsHeader(file)
  const values = new Map<string, { shape: readonly number[]; data: Float32Array }>()
  for (const [name, entry] of tensors)
    values.set(name, { shape: entry.shape, data: await readTensorData(file, entry) })
  await file.close()
  return values
}

/** What transformers made of the checkpoints that these steps save; see fixtures/check_saved_checkpoint.py. */
describe.each(['gpt2-one-step', 'opt-post-norm-projected-embeddings'])(
  'transformers on the saved %s',
  (name) => {
    it('finds the tensors that we save, and computes the logits that we compute', async () => {
      const golden = goldenCaseNamed(name)
      const file = await openFileSource(
        fileURLToPath(new URL(`./fixtures/transformers-${name}.safetensors`, import.meta.url)),
      )
      const { metadata, tensors } = await readSafetensorsHeader(file)
      const entry = tensors.get('logits')!
      const logits = { shape: entry.shape, data: await readTensorData(file, entry) }
      await file.close()

      const inner = await loadInnerModel(folderSource(golden.folder), { adapters: [gpt2, opt] })
      const { trainLength, learningRate } = golden
      const step = await trainingStep(inner, golden.inputIds, { trainLength, learningRate, keepLogits: true })
      expectClose(step.logitsAfter!, logits, { absolute: 2e-4 })
      const place = join(folder, name)
      await saveAdaptedCheckpoint(step.model, place)
      const saved = await readFileTensors(join(place, 'model.safetensors'))
      const shapes = Object.fromEntries([...saved].map(([tensor, { shape }]) => [tensor, shape]))
      expect(shapes).toEqual(JSON.parse(metadata.get('shapes')!))
      step.dispose()
      inner.dispose()
    })
  },
)

describe('saving', () => {
  it('a full checkpoint gives, once loaded, the logits of the step', async () => {
    await expectBalancedTensors(async () => {
      const step = await trainingStep(model, tokens, options)
      const place = join(folder, 'checkpoint')
      await saveAdaptedCheckpoint(step.model, place)
      expect((await readdir(place)).sort()).toEqual(['config.json', 'model.safetensors'])
      expect(JSON.parse(await readFile(join(place, 'config.json'), 'utf8'))).toEqual({
        ...config,
        dtype: 'float32',
      })
      const loaded = await loadInnerModel(folderSource(place), { adapters: [gpt2] })
      const logits = await modelLogits(loaded, tokens)
      expectClose(logits, step.logitsAfter!, { absolute: 1e-5 })
      logits.dispose()
      loaded.dispose()
      step.dispose()
    })
  })

  it('updated weights come under their names with a batch axis, logits as they were', async () => {
    const step = await trainingStep(model, [tokens, tokens.toReversed()], options)
    await saveUpdatedWeights(step.model, join(folder, 'updated.safetensors'))
    await saveLogits(step, join(folder, 'logits.safetensors'))
    const updated = await readFileTensors(join(folder, 'updated.safetensors'))
    expect(updated.get('transformer.h.1.attn.c_attn.weight')!.shape).toEqual([2, 16, 48])
    expect([...updated.keys()].filter((name) => /wte|wpe|ln_1.weight/.test(name))).toEqual([])
    const logits = await readFileTensors(join(folder, 'logits.safetensors'))
    expectClose(step.logitsAfter!, logits.get('logits_after')!)
    expectClose(step.logitsBefore!, logits.get('logits_before')!)
    step.dispose()
  })

  it('refuses a checkpoint of several models, and logits that were not kept, and writes nothing', async () => {
    await expectBalancedTensors(async () => {
      const step = await trainingStep(model, [tokens, tokens], { ...options, keepLogits: false })
      const saving = saveAdaptedCheckpoint(step.model, join(folder, 'none'))
      await expect(saving).rejects.toThrow(
        new InputError(
          'The step adapted 2 models, one a sequence; expected one sequence to save a checkpoint.',
        ),
      )
      await expect(saveLogits(step, join(folder, 'none.safetensors'))).rejects.toThrow(
        'The step kept no logits',
      )
      expect((await readdir(folder)).filter((name) => name.startsWith('none'))).toEqual([])
      step.dispose()
    })
  })
})
