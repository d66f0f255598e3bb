import { activationNames, countField, ropeFields, sizeField } from '@tintjs/inner'
import * as z from 'zod'

const positive = z.number().positive()

/** The fields of a phi `config.json` that decide about the forward pass, with transformers' defaults. */
export const phiConfig = z.object({
  hidden_size: sizeField.default(2048),
  num_attention_heads: countField.default(32),
  num_key_value_heads: countField.nullish(),
  num_hidden_layers: countField.default(24),
  intermediate_size: sizeField.default(8192),
  vocab_size: sizeField.default(51200),
  max_position_embeddings: sizeField.default(2048),
  hidden_act: z.enum(activationNames).default('gelu_new'),
  layer_norm_eps: positive.default(1e-5),
  tie_word_embeddings: z.boolean().default(false),
  /** A norm of its own for each head: no layer of ours. */
  qk_layernorm: z.literal(false).default(false),
  ...ropeFields,
  rope_theta: positive.nullish(),
  partial_rotary_factor: positive.max(1).nullish(),
})

/** A checked phi configuration. */
export type PhiConfig = z.infer<typeof phiConfig>

/** Fields that change nothing in a forward pass. Those that all families have are known already. */
export const phiIgnoredFields = ['attention_dropout', 'embd_pdrop', 'resid_pdrop']
