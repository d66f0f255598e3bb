import { activationNames, countField, sizeField } from '@tintjs/inner'
import * as z from 'zod'

/** The fields of an OPT `config.json` that decide about the forward pass, with transformers' defaults. */
export const optConfig = z.object({
  hidden_size: sizeField.default(768),
  num_attention_heads: countField.default(12),
  num_hidden_layers: countField.default(12),
  max_position_embeddings: sizeField.default(2048),
  ffn_dim: sizeField.default(3072),
  vocab_size: sizeField.default(50272),
  /** Width of the embedding; projected to the model's width where it differs (OPT-350M). */
  word_embed_proj_dim: sizeField.nullish(),
  activation_function: z.enum(activationNames).default('relu'),
  /** False for OPT-350M, whose norms come after each residual sum. */
  do_layer_norm_before: z.boolean().default(true),
  _remove_final_layer_norm: z.boolean().default(false),
  layer_norm_elementwise_affine: z.boolean().default(true),
  enable_bias: z.boolean().default(true),
  tie_word_embeddings: z.boolean().default(true),
})

/** A checked OPT configuration. */
export type OptConfig = z.infer<typeof optConfig>

/** Fields that change nothing in a forward pass. */
export const optIgnoredFields = [
  'activation_dropout',
  'attention_dropout',
  'dropout',
  'init_std',
  'layerdrop',
]
