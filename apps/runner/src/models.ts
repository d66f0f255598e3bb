import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { isSavedTint } from '@tintjs/construct/node'
import { type Adapter, adapterFor, type CheckpointSource } from '@tintjs/inner'
import { folderSource, type HubOptions, hubSource, hubSourceInPlace, isHubId } from '@tintjs/inner/node'
import { bloomShapes } from '@tintjs/inner-bloom'
import { pythiaShapes } from '@tintjs/inner-gpt-neox'
import { gpt2Shapes } from '@tintjs/inner-gpt2'
import { gptjShapes } from '@tintjs/inner-gptj'
import { llamaFamilyShapes } from '@tintjs/inner-llama'
import { optShapes } from '@tintjs/inner-opt'
import { phiShapes } from '@tintjs/inner-phi'
import { stablelmShapes } from '@tintjs/inner-stablelm'
import { CheckpointError } from '@tintjs/tensor'
import { knownAdapters } from './families'
import { interruption } from './interruption'
import { Progress } from './output/progress'

/** The trained checkpoints that come with this package. */
const shippedModels = ['gpt2-nano-bytes', 'opt-nano-bytes'] as const

/** A size of a family without a checkpoint. */
export interface ModelShape {
  readonly name: string
  readonly adapter: Adapter
  /** As `config.json` has it. */
  readonly config: unknown
}

/** The released sizes, for planning and benchmarks. */
export const modelShapes: readonly ModelShape[] = Object.entries({
  ...gpt2Shapes,
  ...optShapes,
  ...llamaFamilyShapes,
  ...pythiaShapes,
  ...gptjShapes,
  ...bloomShapes,
  ...stablelmShapes,
  ...phiShapes,
}).map(([name, config]) => ({ name, adapter: adapterFor(config, knownAdapters), config }))

/** Whether a path is a folder that exists. */
export async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isDirectory() ?? false
}

/**
 * Finds the folder of a model: the one that is named, that of a shipped model, or the cache's after fetching it from
 * the Hugging Face hub.
 *
 * @throws CheckpointError when there is none of them
 */
export async function modelFolder(model: string): Promise<string> {
  const local = await localFolder(model)
  if (local !== undefined) return local
  const folder = fetched.get(model) ?? fetchFromHub(model)
  fetched.set(model, folder)
  return folder
}

/** Folders of models that this process has fetched, so that each is asked for once. */
const fetched = new Map<string, Promise<string>>()

/** @throws CheckpointError for a folder that is a simulator and no model */
async function localFolder(model: string): Promise<string | undefined> {
  if (await isFolder(model)) {
    if (!(await isSavedTint(folderSource(model)))) return model
    throw new CheckpointError(
      `${model} is a simulator, as tint construct writes it, and not a model; run it with tint step --simulator ${model}, or name the model that it was made of.`,
    )
  }
  const shipped = shippedModels.find((name) => name === model)
  return shipped && fileURLToPath(new URL(`../models/${shipped}`, import.meta.url))
}

async function fetchFromHub(model: string): Promise<string> {
  const { folder } = await askingHub(model, (options) => hubSource(model, { ...options, tokenizer: true }))
  return folder
}

/** Asks the hub for a model, with progress; errors also tell that there is no such model here. */
async function askingHub<Source>(
  model: string,
  ask: (options: HubOptions) => Promise<Source>,
): Promise<Source> {
  const missing =
    `There is no model folder ${model}; expected a folder with config.json and model.safetensors, one of the models ` +
    `that come with tint (${shippedModels.join(', ')}), or the id of a model on the Hugging Face hub.`
  if (!isHubId(model)) throw new CheckpointError(missing)
  const progress = new Progress()
  try {
    return await ask({
      signal: interruption.signal,
      onProgress: ({ loadedBytes, totalBytes }) =>
        progress.update(`fetching ${model}`, loadedBytes, totalBytes),
    })
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error
    throw new CheckpointError(`${missing} The hub was asked: ${error.message}`, { cause: error })
  } finally {
    progress.finish()
  }
}

/** The checkpoint to describe, as {@link modelFolder} finds it; weights that are on the hub stay there. */
export async function describedSource(model: string): Promise<CheckpointSource> {
  const local = await localFolder(model)
  if (local !== undefined) return folderSource(local)
  return askingHub(model, (options) => hubSourceInPlace(model, options))
}

/** The checkpoint of {@link modelFolder}. */
export async function modelSource(model: string): Promise<CheckpointSource> {
  return folderSource(await modelFolder(model))
}
