import {
  type CheckpointSource,
  checkVocabulary,
  type InnerModel,
  type LoadOptions,
  loadInnerModel,
  loadTokenizer,
  type Tokenizer,
} from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { opt } from '@tintjs/inner-opt'

/** A model with its tokenizer, where the checkpoint has one. */
export interface LoadedCheckpoint {
  readonly model: InnerModel
  readonly tokenizer: Tokenizer | undefined
}

/** Loads a checkpoint; whoever asked for it disposes the model. */
export async function loadCheckpoint(
  source: CheckpointSource,
  options: Omit<LoadOptions, 'adapters'>,
): Promise<LoadedCheckpoint> {
  const tokenizer = (await hasTokenizer(source)) ? await loadTokenizer(source) : undefined
  const model = await loadInnerModel(source, { ...options, adapters: [gpt2, opt] })
  try {
    if (tokenizer !== undefined) checkVocabulary(tokenizer, model.description)
    return { model, tokenizer }
  } catch (error) {
    model.dispose()
    throw error
  }
}

async function hasTokenizer(source: CheckpointSource): Promise<boolean> {
  const names = new Set((await source.list()).map(({ path }) => path))
  return names.has('tokenizer.json') || (names.has('vocab.json') && names.has('merges.txt'))
}
