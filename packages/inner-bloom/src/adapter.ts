import {
  type Attention,
  alibiSlopes,
  defineAdapter,
  type InnerModelDescription,
  type Layer,
  type Linear,
  type Norm,
  residual,
  sequence,
  storedLayerNorm,
  storedLinear,
  type WeightReference,
} from '@tintjs/inner'
import { type BloomConfig, type BloomSizes, bloomConfig, bloomIgnoredFields, bloomSizes } from './config'

/** BLOOM: ALiBi positions, a norm after the embedding, and one fused matrix for queries, keys and values. */
export const bloom = defineAdapter<BloomConfig>({
  family: 'bloom',
  config: bloomConfig,
  ignoredFields: bloomIgnoredFields,
  build(config, tensors): InnerModelDescription {
    const sizes = bloomSizes(config)
    const { width, heads, layers, maximumPositions } = sizes
    // The hub's bigscience/bloom-* were saved from the bare model, without the prefix.
    const prefix = tensors.has('word_embeddings.weight') ? '' : 'transformer.'
    const tokens: WeightReference = {
      name: `${prefix}word_embeddings.weight`,
      shape: [config.vocab_size, width],
    }
    return {
      family: 'bloom',
      width,
      heads,
      vocabularySize: config.vocab_size,
      maximumPositions,
      embedding: { tokens, norm: norm(config, `${prefix}word_embeddings_layernorm`, width) },
      blocks: Array.from({ length: layers }, (_, index) => block(config, sizes, `${prefix}h.${index}`)),
      finalNorm: norm(config, `${prefix}ln_f`, width),
      head: {
        vocabulary: config.tie_word_embeddings
          ? tokens
          : { name: 'lm_head.weight', shape: [config.vocab_size, width] },
      },
    }
  },
})

function block(config: BloomConfig, sizes: BloomSizes, name: string): Layer {
  const { width } = sizes
  const attentionBody = sequence(
    attention(sizes, `${name}.self_attention`),
    storedLinear(`${name}.self_attention.dense`, width, width),
  )
  const mlp = sequence(
    storedLinear(`${name}.mlp.dense_h_to_4h`, width, 4 * width),
    // BLOOM's own GELU is the one with tanh.
    { kind: 'activation', name: `${name}.mlp.gelu_impl`, activation: 'gelu_new', width: 4 * width },
    storedLinear(`${name}.mlp.dense_4h_to_h`, 4 * width, width),
  )
  const attentionNorm = norm(config, `${name}.input_layernorm`, width)
  const mlpNorm = norm(config, `${name}.post_attention_layernorm`, width)
  return config.apply_residual_connection_post_layernorm
    ? sequence(attentionNorm, residual(attentionBody), mlpNorm, residual(mlp))
    : sequence(residual(sequence(attentionNorm, attentionBody)), residual(sequence(mlpNorm, mlp)))
}

function attention(sizes: BloomSizes, name: string): Attention {
  const { width, heads } = sizes
  return {
    kind: 'attention',
    name,
    heads,
    positions: { kind: 'alibi', slopes: alibiSlopes(heads) },
    scale: 1 / Math.sqrt(width / heads),
    query: fusedPart(sizes, name, 0),
    key: fusedPart(sizes, name, 1),
    value: fusedPart(sizes, name, 2),
  }
}

/** Queries, keys or values of `query_key_value`, whose rows are `[heads, 3, head width]`: each head has its own three. */
function fusedPart({ width, heads }: BloomSizes, name: string, index: number): Linear {
  const rows = [heads, 3, width / heads]
  const part = { axis: 1, start: index, size: 1 }
  return {
    kind: 'linear',
    name: `${name}.${['query', 'key', 'value'][index]}`,
    inputWidth: width,
    outputWidth: width,
    weight: {
      name: `${name}.query_key_value.weight`,
      shape: [3 * width, width],
      part: { view: [...rows, width], ...part },
    },
    bias: { name: `${name}.query_key_value.bias`, shape: [3 * width], part: { view: rows, ...part } },
  }
}

function norm(config: BloomConfig, name: string, width: number): Norm {
  return storedLayerNorm(name, width, config.layer_norm_epsilon)
}
