import { activationNames, countField, sizeField } from '@tintjs/inner'
import * as z from 'zod'

/** The fields of a GPT-2 `config.json` that decide about the forward pass, with transformers' defaults. */
export const gpt2Config = z.object({
  n_embd: sizeField.default(768),
  n_head: countField.default(12),
  n_layer: countField.default(12),
  n_positions: sizeField.default(1024),
  /** Width of the MLP; four times the model's where it is null. */
  n_inner: sizeField.nullish(),
  vocab_size: sizeField.default(50257),
  activation_function: z.enum(activationNames).default('gelu_new'),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  scale_attn_weights: z.boolean().default(true),
  scale_attn_by_inverse_layer_idx: z.boolean().default(false),
  /** Another order of the same arithmetic, and float32 scores; this engine computes in float32 anyway. */
  reorder_and_upcast_attn: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(true),
  add_cross_attention: z.literal(false, 'Cross-attention needs an encoder; expected false').default(false),
})

/** A checked GPT-2 configuration. */
export type Gpt2Config = z.infer<typeof gpt2Config>

/** Fields that change nothing in a forward pass. */
export const gpt2IgnoredFields = [
  'attn_pdrop',
  'embd_pdrop',
  'resid_pdrop',
  'n_ctx',
  'n_special',
  'predict_special_tokens',
  'summary_activation',
  'summary_first_dropout',
  'summary_proj_to_labels',
  'summary_type',
  'summary_use_proj',
]
