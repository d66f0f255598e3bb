import { type Adapter, allParameters, groupByTensor, sharedShape } from '@tintjs/inner'
import { bloom } from '@tintjs/inner-bloom'
import { gptNeoX } from '@tintjs/inner-gpt-neox'
import { gpt2 } from '@tintjs/inner-gpt2'
import { gptj } from '@tintjs/inner-gptj'
import { llamaFamily } from '@tintjs/inner-llama'
import { opt } from '@tintjs/inner-opt'
import { phi } from '@tintjs/inner-phi'
import { stablelm } from '@tintjs/inner-stablelm'
import { encodeSafetensors } from '@tintjs/tensor'
import type { FolderContent } from '../hostile-case'
import { joined } from './bytes'

/** All families. */
export const adapters: readonly Adapter[] = [gpt2, opt, ...llamaFamily, gptNeoX, gptj, bloom, stablelm, phi]

/** A configuration as JSON has it. */
export type Configuration = Readonly<Record<string, unknown>> & { readonly model_type: string }

const llamaLike = {
  hidden_size: 8,
  intermediate_size: 12,
  num_attention_heads: 2,
  num_hidden_layers: 1,
  vocab_size: 11,
  max_position_embeddings: 16,
}

/** A tiny model of each family. */
export const tinyConfigurations: readonly Configuration[] = [
  { model_type: 'gpt2', n_embd: 8, n_head: 2, n_layer: 1, n_positions: 16, vocab_size: 11 },
  {
    model_type: 'opt',
    ...{ hidden_size: 8, ffn_dim: 12, word_embed_proj_dim: 8, num_attention_heads: 2, num_hidden_layers: 1 },
    ...{ vocab_size: 11, max_position_embeddings: 16 },
  },
  { model_type: 'llama', ...llamaLike },
  { model_type: 'mistral', ...llamaLike, num_key_value_heads: 1 },
  { model_type: 'qwen2', ...llamaLike, num_key_value_heads: 2 },
  { model_type: 'gpt_neox', ...llamaLike, rotary_pct: 0.5 },
  { model_type: 'gptj', n_embd: 8, n_head: 2, n_layer: 1, n_positions: 16, rotary_dim: 2, vocab_size: 11 },
  { model_type: 'bloom', hidden_size: 8, n_head: 2, n_layer: 1, vocab_size: 11 },
  { model_type: 'stablelm', ...llamaLike, num_key_value_heads: 2, partial_rotary_factor: 0.5 },
  { model_type: 'phi', ...llamaLike, partial_rotary_factor: 0.5 },
]

/** The smallest of them, for cases in which the family does not matter. */
export const tinyGpt2 = configurationOf('gpt2')

/** @throws Error for a family without one */
export function configurationOf(family: string): Configuration {
  const found = tinyConfigurations.find((configuration) => configuration.model_type === family)
  if (found === undefined) throw new Error(`There is no tiny configuration of ${family}.`)
  return found
}

/** The weights that a configuration asks for, all 0.5, as `model.safetensors`. */
export function weightsOf(configuration: Configuration): Uint8Array {
  const adapter = adapters.find(({ family }) => family === configuration.model_type)
  if (adapter === undefined) throw new Error(`There is no adapter for ${configuration.model_type}.`)
  const tensors = [...groupByTensor(allParameters(adapter.describe(configuration)))].map(([name, parts]) => {
    const shape = sharedShape(parts)
    const size = shape.reduce((product, length) => product * length, 1)
    return { name, shape, data: new Float32Array(size).fill(0.5) }
  })
  return joined(...encodeSafetensors(tensors))
}

/** The folder of a whole checkpoint, with the weights of one configuration and the text of another. */
export function checkpointFolder(config: unknown = tinyGpt2, weights = weightsOf(tinyGpt2)): FolderContent {
  const text = typeof config === 'string' ? config : JSON.stringify(config)
  return { 'config.json': text, 'model.safetensors': weights }
}
