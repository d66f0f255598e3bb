import { activationNames, countField, ropeFields, sizeField } from '@tintjs/inner'
import * as z from 'zod'

/** What the configurations of all families of this package have in common. */
const commonFields = {
  hidden_size: sizeField.default(4096),
  num_hidden_layers: countField.default(32),
  num_attention_heads: countField.default(32),
  /** By default the width divided by the heads. */
  head_dim: sizeField.nullish(),
  hidden_act: z.enum(activationNames).default('silu'),
  rms_norm_eps: z.number().positive().default(1e-6),
  tie_word_embeddings: z.boolean().default(false),
  rope_theta: z.number().positive().nullish(),
  ...ropeFields,
}

/** The fields of a LLaMA `config.json` that decide about the forward pass, with transformers' defaults. */
export const llamaConfig = z.object({
  ...commonFields,
  vocab_size: sizeField.default(32000),
  intermediate_size: sizeField.default(11008),
  max_position_embeddings: sizeField.default(2048),
  num_key_value_heads: countField.nullish(),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
})

/** The same of a Mistral `config.json`. */
export const mistralConfig = z.object({
  ...commonFields,
  vocab_size: sizeField.default(32000),
  intermediate_size: sizeField.default(14336),
  max_position_embeddings: sizeField.default(131_072),
  num_key_value_heads: countField.nullable().default(8),
  /** How many tokens a row looks back, itself included; null for all. */
  sliding_window: sizeField.nullable().default(4096),
})

/** The same of a Qwen2 `config.json`. */
export const qwen2Config = z
  .object({
    ...commonFields,
    vocab_size: sizeField.default(151_936),
    intermediate_size: sizeField.default(22016),
    max_position_embeddings: sizeField.default(32768),
    num_key_value_heads: countField.nullable().default(32),
    use_sliding_window: z.boolean().default(false),
    sliding_window: sizeField.nullable().default(4096),
    /** So many first layers look at all tokens, where `layer_types` does not say it layer by layer. */
    max_window_layers: z.int().min(0).default(28),
    layer_types: z.array(z.enum(['full_attention', 'sliding_attention'])).nullish(),
  })
  .refine(
    ({ layer_types, num_hidden_layers }) => (layer_types?.length ?? num_hidden_layers) === num_hidden_layers,
    {
      path: ['layer_types'],
      error: 'Expected one type for each of num_hidden_layers',
    },
  )
  .refine(
    ({ layer_types, use_sliding_window, sliding_window }) =>
      (use_sliding_window && sliding_window !== null) || !layer_types?.includes('sliding_attention'),
    {
      path: ['layer_types'],
      error: 'Expected use_sliding_window and a number as sliding_window, as it has sliding_attention',
    },
  )

/** A checked LLaMA configuration. */
export type LlamaConfig = z.infer<typeof llamaConfig>

/** A checked Mistral configuration. */
export type MistralConfig = z.infer<typeof mistralConfig>

/** A checked Qwen2 configuration. */
export type Qwen2Config = z.infer<typeof qwen2Config>

/** Fields that change nothing in a forward pass. */
export const ignoredFields = [
  'attention_dropout',
  // Older files: a length that max_position_embeddings gives too, a split of products, and where a file was made.
  'max_sequence_length',
  'pretraining_tp',
  'is_llama_config',
  'transformers.js_config',
]
