import { countField, headWidth, sizeField } from '@tintjs/inner'
import { ConfigError } from '@tintjs/tensor'
import * as z from 'zod'

/**
 * The fields of a BLOOM `config.json` that decide about the forward pass. Sizes have two names each: those of old files
 * and those of new ones.
 */
export const bloomConfig = z.object({
  hidden_size: sizeField.nullish(),
  n_embed: sizeField.nullish(),
  n_head: countField.nullish(),
  num_attention_heads: countField.nullish(),
  n_layer: countField.nullish(),
  num_hidden_layers: countField.nullish(),
  /** Width of the MLP, which is four times the model's whatever the file says; another value is refused. */
  n_inner: sizeField.nullish(),
  /** The length that the model was trained on. */
  seq_length: sizeField.nullish(),
  vocab_size: sizeField.default(250880),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  /** Whether what a block's halves are added to is their norm's output, and not its input. */
  apply_residual_connection_post_layernorm: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(true),
  skip_bias_add_qkv: z
    .literal(false, 'Queries, keys and values have their biases; expected false')
    .default(false),
})

/** A checked BLOOM configuration. */
export type BloomConfig = z.infer<typeof bloomConfig>

/** Fields that change nothing in a forward pass: how it is computed, and what softmax cancels (`offset_alibi`). */
export const bloomIgnoredFields = [
  'attention_dropout',
  'attention_softmax_in_fp32',
  'bias_dropout_fusion',
  'hidden_dropout',
  'masked_softmax_fusion',
  'offset_alibi',
  'pretraining_pp',
  'pretraining_tp',
  'skip_bias_add',
  'slow_but_exact',
]

/** The longest context where the file names none: the length that the released models were trained on. */
const trainedLength = 2048

/** A model's sizes, whatever the file calls them. */
export interface BloomSizes {
  readonly width: number
  readonly heads: number
  readonly layers: number
  readonly maximumPositions: number
}

/**
 * Takes the sizes from the names that a file has, with transformers' defaults.
 *
 * @throws ConfigError when two names of one size disagree, the heads do not divide the width, or the MLP's width is not
 *   four times the model's
 */
export function bloomSizes(config: BloomConfig): BloomSizes {
  const width = either(config, 'hidden_size', 'n_embed', 64)
  const heads = either(config, 'n_head', 'num_attention_heads', 8)
  const layers = either(config, 'n_layer', 'num_hidden_layers', 2)
  headWidth(width.size, heads.size, [width.field, heads.field])
  const { n_inner } = config
  if (n_inner != null && n_inner !== 4 * width.size) {
    throw new ConfigError(
      `config.json of a bloom model has n_inner ${n_inner}; expected null or ${4 * width.size}, four times ${width.field}.`,
    )
  }
  return {
    width: width.size,
    heads: heads.size,
    layers: layers.size,
    maximumPositions: config.seq_length ?? trainedLength,
  }
}

type SizeField =
  | 'hidden_size'
  | 'n_embed'
  | 'n_head'
  | 'num_attention_heads'
  | 'n_layer'
  | 'num_hidden_layers'

function either(config: BloomConfig, current: SizeField, old: SizeField, usual: number) {
  const [size, oldSize] = [config[current] ?? undefined, config[old] ?? undefined]
  if (size !== undefined && oldSize !== undefined && size !== oldSize) {
    throw new ConfigError(
      `config.json of a bloom model has ${current} ${size} and ${old} ${oldSize}, two names of one size; expected one of them, or the same number.`,
    )
  }
  return oldSize === undefined ? { field: current, size: size ?? usual } : { field: old, size: oldSize }
}
