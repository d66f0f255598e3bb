import { adapters } from '@tintjs/families'
import {
  allParameters,
  type CheckpointSource,
  checkVocabulary,
  filesSource,
  loadInnerModel,
  loadTokenizer,
  parameterCount,
} from '@tintjs/inner'
import type { EngineDescription } from '@tintjs/tensor'
import type { InputOf, OutputOf } from '../protocol/tasks'
import { startWorkerEngine } from './engine'
import { type LoadedModel, replaceModel } from './loaded-model'
import type { TaskContext } from './performers'
import { servedCheckpoint } from './served-checkpoint'

/** Starts the engine and loads a checkpoint in the place of the one before, which is kept when this one is refused. */
export async function loadModel(
  { engine: choice, model: chosen }: InputOf<'load'>,
  context: TaskContext,
): Promise<OutputOf<'load'>> {
  context.report('starting the engine', 0, 1)
  const engine = await startWorkerEngine(choice)
  const source =
    chosen.from === 'files'
      ? filesSource(chosen.name, chosen.files)
      : await servedCheckpoint(chosen.name, chosen.folder, context)
  const loaded = await readCheckpoint(source, context)
  replaceModel(loaded)
  return facts(loaded, engine)
}

async function readCheckpoint(source: CheckpointSource, context: TaskContext): Promise<LoadedModel> {
  const tokenizer = (await hasTokenizer(source)) ? await loadTokenizer(source) : undefined
  const model = await loadInnerModel(source, {
    adapters,
    signal: context.signal,
    onProgress: ({ loadedBytes, totalBytes }) =>
      context.report('loading the weights', loadedBytes, totalBytes),
  })
  try {
    if (tokenizer !== undefined) checkVocabulary(tokenizer, model.description)
    return { name: source.name, model, tokenizer }
  } catch (error) {
    model.dispose()
    throw error
  }
}

async function hasTokenizer(source: CheckpointSource): Promise<boolean> {
  const names = new Set((await source.list()).map(({ path }) => path))
  return names.has('tokenizer.json') || (names.has('vocab.json') && names.has('merges.txt'))
}

function facts({ name, model, tokenizer }: LoadedModel, engine: EngineDescription): OutputOf<'load'> {
  const { family, blocks, width, heads, vocabularySize, maximumPositions } = model.description
  return {
    name,
    family,
    blocks: blocks.length,
    width,
    heads,
    vocabulary: vocabularySize,
    longestText: maximumPositions,
    parameters: parameterCount(allParameters(model.description)),
    hasTokenizer: tokenizer !== undefined,
    engine: {
      name: engine.name,
      version: engine.version,
      device: engine.device,
      passedOver: engine.passedOver.map(({ engine, problem }) => ({ engine, problem })),
    },
  }
}
