import { activationNames, countField, ropeFields, sizeField } from '@tintjs/inner'
import * as z from 'zod'

const positive = z.number().positive()

/**
 * The fields of a stablelm `config.json` that decide about the forward pass, with transformers' defaults. A field that
 * must have one value is a literal: `z.literal(false)`.
 */
export const stablelmConfig = z.object({
  hidden_size: sizeField.default(2560),
  num_attention_heads: countField.default(32),
  num_key_value_heads: countField.nullish(),
  num_hidden_layers: countField.default(32),
  intermediate_size: sizeField.default(6912),
  vocab_size: sizeField.default(50304),
  max_position_embeddings: sizeField.default(4096),
  hidden_act: z.enum(activationNames).default('silu'),
  layer_norm_eps: positive.default(1e-5),
  tie_word_embeddings: z.boolean().default(false),
  use_qkv_bias: z.boolean().default(false),
  /** Whether attention and MLP read the same normalised input, and not one after the other (the 12B model). */
  use_parallel_residual: z.boolean().default(false),
  /** A norm of its own for each head: no layer of ours. */
  qk_layernorm: z.literal(false).default(false),
  ...ropeFields,
  rope_theta: positive.nullish(),
  partial_rotary_factor: positive.max(1).nullish(),
})

/** A checked stablelm configuration. */
export type StablelmConfig = z.infer<typeof stablelmConfig>

/** Fields that change nothing in a forward pass. Those that all families have are known already. */
export const stablelmIgnoredFields = ['attention_dropout', 'hidden_dropout']
