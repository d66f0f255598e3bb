import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Adapter, CheckpointSource } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { gpt2, gpt2Shapes } from '@tintjs/inner-gpt2'
import { opt, optShapes } from '@tintjs/inner-opt'
import { CheckpointError } from '@tintjs/tensor'

/** The families that this command knows. */
export const adapters: readonly Adapter[] = [gpt2, opt]

/** The trained checkpoints that come with this package. */
export const shippedModels = ['gpt2-nano-bytes', 'opt-nano-bytes'] as const

/** A size of a family without a checkpoint. */
export interface ModelShape {
  readonly name: string
  readonly adapter: Adapter
  /** As `config.json` has it. */
  readonly config: unknown
}

/** The released sizes, for planning and benchmarks. */
export const modelShapes: readonly ModelShape[] = [
  ...Object.entries(gpt2Shapes).map(([name, config]) => ({ name, adapter: gpt2, config })),
  ...Object.entries(optShapes).map(([name, config]) => ({ name, adapter: opt, config })),
]

/** Whether a path is a folder that exists. */
export async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isDirectory() ?? false
}

/**
 * Finds the folder of a model: the one that is named, or that of a shipped model.
 *
 * @throws CheckpointError when there is neither
 */
export async function modelFolder(model: string): Promise<string> {
  if (await isFolder(model)) return model
  const shipped = shippedModels.find((name) => name === model)
  if (shipped !== undefined) return fileURLToPath(new URL(`../models/${shipped}`, import.meta.url))
  throw new CheckpointError(
    `There is no model folder ${model}; expected a folder with config.json and model.safetensors, or one of the ` +
      `models that come with tint: ${shippedModels.join(', ')}.`,
  )
}

/** The checkpoint of {@link modelFolder}. */
export async function modelSource(model: string): Promise<CheckpointSource> {
  return folderSource(await modelFolder(model))
}
