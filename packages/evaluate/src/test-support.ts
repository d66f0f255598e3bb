import { type InnerModel, initialiseInnerModel } from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { type Context, contextsOf } from './text/contexts'

/** Tokens of the tiny model's vocabulary. */
const vocabulary = 13

/** A model of random weights that computes in a blink. */
export function tinyModel(): InnerModel {
  const config = {
    model_type: 'gpt2',
    n_embd: 16,
    n_head: 2,
    n_layer: 2,
    n_positions: 24,
    vocab_size: vocabulary,
  }
  return initialiseInnerModel(gpt2, config, 1)
}

/** Contexts of 12 tokens that repeat themselves a little, with tokens of 1 to 3 bytes. @param stride default 12 */
export function tinyContexts(count: number, stride?: number): readonly Context[] {
  const length = 12 * count + 5
  const ids = Int32Array.from({ length }, (_, index) => (index * index * 7 + (index % 5)) % vocabulary)
  const byteLengths = ids.map((id) => 1 + (id % 3))
  const wordStarts = ids.map((id) => (id % 4 === 0 ? 1 : 0))
  return contextsOf({ ids, byteLengths, wordStarts }, { context: 12, stride }).contexts
}
