import { activationNames, countField, sizeField } from '@tintjs/inner'
import * as z from 'zod'

/** The fields of a GPT-J `config.json` that decide about the forward pass, with transformers' defaults. */
export const gptjConfig = z.object({
  n_embd: sizeField.default(4096),
  n_head: countField.default(16),
  n_layer: countField.default(28),
  n_positions: sizeField.default(2048),
  /** Width of the MLP; four times the model's where it is null. */
  n_inner: sizeField.nullish(),
  /** How many numbers of each head are turned; the whole head where it is null. */
  rotary_dim: sizeField.nullable().default(64),
  vocab_size: sizeField.default(50400),
  activation_function: z.enum(activationNames).default('gelu_new'),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  tie_word_embeddings: z.boolean().default(false),
  rotary: z.literal(true, 'GPT-J has rotary positions; expected true').default(true),
  scale_attn_weights: z.literal(true, 'GPT-J scales its scores; expected true').default(true),
})

/** A checked GPT-J configuration. */
export type GptjConfig = z.infer<typeof gptjConfig>

/** Fields that change nothing in a forward pass. */
export const gptjIgnoredFields = [
  'attn_pdrop',
  'embd_pdrop',
  'resid_pdrop',
  'n_ctx',
  'summary_activation',
  'summary_first_dropout',
  'summary_proj_to_labels',
  'summary_type',
  'summary_use_proj',
]
