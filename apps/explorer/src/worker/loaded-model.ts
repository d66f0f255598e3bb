import type { InnerModel, Tokenizer } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'

/** A checkpoint that is loaded, with its tokenizer where it has one. */
export interface LoadedModel {
  readonly name: string
  readonly model: InnerModel
  readonly tokenizer: Tokenizer | undefined
}

let current: LoadedModel | undefined

/** The model that tasks compute with. @throws InputError before one is loaded */
export function currentModel(): LoadedModel {
  if (current !== undefined) return current
  throw new InputError('No model is loaded; choose one that comes with the page, or drop a checkpoint on it.')
}

/** Frees the model that was loaded, and keeps another one; the worker owns it from now on. */
export function replaceModel(loaded: LoadedModel | undefined): void {
  current?.model.dispose()
  current = loaded
}
