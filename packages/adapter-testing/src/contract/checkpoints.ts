import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Adapter,
  type CheckpointSource,
  type InnerModel,
  loadInnerModel,
  modelLogits,
} from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { checkpointAs } from '@tintjs/inner/testing'
import { trainingStep } from '@tintjs/simulate'
import { saveAdaptedCheckpoint } from '@tintjs/simulate/node'
import { expect, it } from 'vitest'
import { readTensors, type StoredTensor } from '../fixture'
import { stored } from '../measured-step'
import { analytic, type Subject } from '../subject'
import { expectLogitsClose, tolerances } from '../tolerances'

/** What a step has learned, saved as a checkpoint and loaded again, is the model that learned. */
export function registerSaving(adapter: Adapter, subject: Subject, model: () => InnerModel): void {
  const { options, lossGradient, tokens } = subject

  it('saves an adapted checkpoint that loads as the model that learned', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tint-adapter-'))
    const single = tokens[0] ?? []
    const gradient = analytic(lossGradient)
    const step = await trainingStep(model(), single, { ...options, gradient, keepLogits: true })
    try {
      await saveAdaptedCheckpoint(step.model, folder)
      const right = await stored(step.logitsAfter)
      const found = await logitsOf(adapter, folderSource(folder), { ...subject, tokens: [single] })
      expectLogitsClose(found, right, tolerances.logits)
      const names = step.model.checkpointTensors().map(({ name }) => name)
      expect([...(await readTensors(join(folder, 'model.safetensors'))).keys()].sort()).toEqual(names.sort())
    } finally {
      step.dispose()
      await rm(folder, { recursive: true })
    }
  })
}

/** Checkpoints in half precision, as most are published, give nearly the same logits. */
export function registerHalfPrecision(adapter: Adapter, folder: string, subject: Subject): void {
  it('reads half precision: logits are as near as its digits allow', async () => {
    const right = await logitsOf(adapter, folderSource(folder), subject)
    const half = await logitsOf(adapter, await checkpointAs(folderSource(folder), 'F16'), subject)
    expectLogitsClose(half, right, tolerances.logitsInF16)
    const rounded = await logitsOf(adapter, await checkpointAs(folderSource(folder), 'BF16'), subject)
    expectLogitsClose(rounded, right, tolerances.logitsInBf16)
    // They do differ: what was read is not the file in full precision.
    expect(() => expectLogitsClose(rounded, right, tolerances.rounding)).toThrow()
  })
}

async function logitsOf(
  adapter: Adapter,
  source: CheckpointSource,
  { tokens, options: { attentionMask, positionIds } }: Subject,
): Promise<StoredTensor> {
  const model = await loadInnerModel(source, { adapters: [adapter] })
  try {
    const logits = await modelLogits(model, tokens, { attentionMask, positionIds })
    const values = await stored(logits)
    logits.dispose()
    return values
  } finally {
    model.dispose()
  }
}
