import { activationNames, countField, ropeFields, sizeField } from '@tintjs/inner'
import * as z from 'zod'

const positive = z.number().positive()

/** The fields of a GPT-NeoX `config.json` that decide about the forward pass, with transformers' defaults. */
export const gptNeoXConfig = z.object({
  vocab_size: sizeField.default(50432),
  hidden_size: sizeField.default(6144),
  num_hidden_layers: countField.default(44),
  num_attention_heads: countField.default(64),
  intermediate_size: sizeField.default(24576),
  hidden_act: z.enum(activationNames).default('gelu'),
  max_position_embeddings: sizeField.default(2048),
  layer_norm_eps: positive.default(1e-5),
  /** Whether the MLP reads the same input as the attention, and not what the attention has added to it. */
  use_parallel_residual: z.boolean().default(true),
  attention_bias: z.boolean().default(true),
  tie_word_embeddings: z.boolean().default(false),
  ...ropeFields,
  rotary_emb_base: positive.nullish(),
  rotary_pct: positive.max(1).nullish(),
  /** Copies of the two fields above that some versions of transformers wrote. */
  rope_theta: positive.nullish(),
  partial_rotary_factor: positive.nullish(),
})

/** A checked GPT-NeoX configuration. */
export type GptNeoXConfig = z.infer<typeof gptNeoXConfig>

/** Fields that change nothing in a forward pass. */
export const gptNeoXIgnoredFields = [
  'attention_dropout',
  'classifier_dropout',
  'hidden_dropout',
  // Older files.
  'attention_probs_dropout_prob',
  'hidden_dropout_prob',
]
