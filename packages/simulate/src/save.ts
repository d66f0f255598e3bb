import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type * as tf from '@tensorflow/tfjs-core'
import { deferTensor, InputError, type NamedTensor } from '@tintjs/tensor'
import { writeDeferredSafetensorsFile, writeFileAtomically, writeSafetensorsFile } from '@tintjs/tensor/node'
import type { AdaptedModel } from './adapted-model'
import type { TrainingStepResult } from './step-result'

/**
 * Writes the weights of the layers that learn, under the checkpoint's names and in its layout, each with a leading
 * batch axis. The file appears whole or not at all.
 */
export async function saveUpdatedWeights(model: AdaptedModel, path: string): Promise<void> {
  await writeDeferredSafetensorsFile(path, model.updatedWeights().map(deferTensor))
}

/**
 * Writes `logits_before` and `logits_after`, `[batch, N, vocabulary]`. The file appears whole or not at all.
 *
 * @throws InputError when the step did not keep its logits
 */
export async function saveLogits(
  { logitsBefore, logitsAfter }: TrainingStepResult,
  path: string,
): Promise<void> {
  if (logitsBefore === undefined || logitsAfter === undefined) {
    throw new InputError('The step kept no logits; expected a step that ran with keepLogits.')
  }
  await writeSafetensorsFile(path, [
    await named('logits_before', logitsBefore),
    await named('logits_after', logitsAfter),
  ])
}

/**
 * Writes the adapted model as a full checkpoint, `config.json` and `model.safetensors` in float32, one tensor at a
 * time.
 *
 * @param folder made where it does not exist
 * @throws InputError when more than one sequence learned
 */
export async function saveAdaptedCheckpoint(model: AdaptedModel, folder: string): Promise<void> {
  const tensors = model.checkpointTensors().map(deferTensor)
  await mkdir(folder, { recursive: true })
  // transformers refuses safetensors files without this mark.
  const options = { metadata: { format: 'pt' } }
  await writeDeferredSafetensorsFile(join(folder, 'model.safetensors'), tensors, options)
  // The older name of the same field would contradict it.
  const { torch_dtype: _, ...fields } = model.inner.config as Record<string, unknown>
  const config = { ...fields, dtype: 'float32' }
  await writeFileAtomically(join(folder, 'config.json'), [`${JSON.stringify(config, undefined, 2)}\n`])
}

async function named(name: string, tensor: tf.Tensor): Promise<NamedTensor> {
  return { name, shape: tensor.shape, data: await tensor.data<'float32'>() }
}
