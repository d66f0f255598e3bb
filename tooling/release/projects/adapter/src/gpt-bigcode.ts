import {
  type Attention,
  activationNames,
  countField,
  defineAdapter,
  headWidth,
  type Layer,
  type Linear,
  residual,
  sequence,
  sizeField,
  storedLayerNorm,
  storedLinear,
} from '@tintjs/inner'
import * as z from 'zod'

const config = z.object({
  n_embd: sizeField,
  n_head: countField,
  n_layer: countField,
  n_positions: sizeField,
  n_inner: sizeField.nullish(),
  vocab_size: sizeField,
  activation_function: z.enum(activationNames).default('gelu_pytorch_tanh'),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  multi_query: z.literal(true, 'Only the form with one head of keys and values is read').default(true),
  scale_attn_weights: z.literal(true).default(true),
  tie_word_embeddings: z.literal(true).default(true),
  add_cross_attention: z.literal(false).default(false),
})
type Config = z.infer<typeof config>

/** GPT-BigCode (SantaCoder, StarCoder): GPT-2 with one head of keys and values for all heads of queries. */
export const gptBigCode = defineAdapter<Config>({
  family: 'gpt_bigcode',
  config,
  ignoredFields: [
    'attn_pdrop',
    'embd_pdrop',
    'resid_pdrop',
    // multi_query decides how many heads keys and values have, whatever this one says.
    'num_key_value_heads',
    // The softmax's precision; every engine of TinT computes in float32 anyway.
    'attention_softmax_in_fp32',
    'scale_attention_softmax_in_fp32',
  ],
  build(config) {
    const { n_embd: width, n_head: heads, n_layer, n_positions, vocab_size } = config
    const tokens = { name: 'transformer.wte.weight', shape: [vocab_size, width] }
    return {
      family: 'gpt_bigcode',
      width,
      heads,
      vocabularySize: vocab_size,
      maximumPositions: n_positions,
      embedding: {
        tokens,
        positions: { weight: { name: 'transformer.wpe.weight', shape: [n_positions, width] }, offset: 0 },
      },
      blocks: Array.from({ length: n_layer }, (_, index) => block(config, `transformer.h.${index}`)),
      finalNorm: storedLayerNorm('transformer.ln_f', width, config.layer_norm_epsilon),
      head: { vocabulary: tokens },
    }
  },
})

function block(config: Config, name: string): Layer {
  const { n_embd: width, layer_norm_epsilon: epsilon } = config
  const hidden = config.n_inner ?? 4 * width
  const activation = {
    kind: 'activation',
    name: `${name}.mlp.act`,
    activation: config.activation_function,
    width: hidden,
  } as const
  return sequence(
    residual(
      sequence(
        storedLayerNorm(`${name}.ln_1`, width, epsilon),
        attention(config, `${name}.attn`),
        storedLinear(`${name}.attn.c_proj`, width, width),
      ),
    ),
    residual(
      sequence(
        storedLayerNorm(`${name}.ln_2`, width, epsilon),
        storedLinear(`${name}.mlp.c_fc`, width, hidden),
        activation,
        storedLinear(`${name}.mlp.c_proj`, hidden, width),
      ),
    ),
  )
}

function attention({ n_embd: width, n_head: heads }: Config, name: string): Attention {
  const head = headWidth(width, heads, ['n_embd', 'n_head'])
  return {
    kind: 'attention',
    name,
    heads,
    keyValueHeads: 1,
    scale: 1 / Math.sqrt(head),
    query: fusedPart(`${name}.query`, name, [width, head], 0, width),
    key: fusedPart(`${name}.key`, name, [width, head], width, head),
    value: fusedPart(`${name}.value`, name, [width, head], width + head, head),
  }
}

/** Rows of `c_attn`, which holds all queries, then one head of keys and one of values. */
function fusedPart(
  name: string,
  attention: string,
  [width, head]: readonly [number, number],
  start: number,
  size: number,
): Linear {
  const rows = width + 2 * head
  const part = { axis: 0, start, size }
  return {
    kind: 'linear',
    name,
    inputWidth: width,
    outputWidth: size,
    weight: {
      name: `${attention}.c_attn.weight`,
      shape: [rows, width],
      part: { view: [rows, width], ...part },
    },
    bias: { name: `${attention}.c_attn.bias`, shape: [rows], part: { view: [rows], ...part } },
  }
}
