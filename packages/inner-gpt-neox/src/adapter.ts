import {
  type Attention,
  defineAdapter,
  headWidth,
  type InnerModelDescription,
  type Layer,
  type Linear,
  type Norm,
  type RotaryPositions,
  residual,
  rotaryPositions,
  rotarySettings,
  sequence,
  storedLayerNorm,
  storedLinear,
  sum,
  type WeightReference,
} from '@tintjs/inner'
import { type GptNeoXConfig, gptNeoXConfig, gptNeoXIgnoredFields } from './config'

/** GPT-NeoX: rotary positions for a part of each head, a fused matrix by heads, parallel or sequential residuals. */
export const gptNeoX = defineAdapter<GptNeoXConfig>({
  family: 'gpt_neox',
  config: gptNeoXConfig,
  ignoredFields: gptNeoXIgnoredFields,
  build(config, tensors): InnerModelDescription {
    const { hidden_size: width, num_attention_heads: heads, vocab_size } = config
    const rotary = rotaryOf(config, headWidth(width, heads, ['hidden_size', 'num_attention_heads']))
    // Checkpoints that were saved from the bare model lack the prefix.
    const prefix = tensors.has('embed_in.weight') ? '' : 'gpt_neox.'
    const tokens: WeightReference = { name: `${prefix}embed_in.weight`, shape: [vocab_size, width] }
    return {
      family: 'gpt_neox',
      width,
      heads,
      vocabularySize: vocab_size,
      maximumPositions: config.max_position_embeddings,
      embedding: { tokens },
      blocks: Array.from({ length: config.num_hidden_layers }, (_, index) =>
        block(config, `${prefix}layers.${index}`, rotary),
      ),
      finalNorm: norm(config, `${prefix}final_layer_norm`),
      head: {
        vocabulary: config.tie_word_embeddings
          ? tokens
          : { name: 'embed_out.weight', shape: [vocab_size, width] },
      },
    }
  },
})

function rotaryOf(config: GptNeoXConfig, headWidth: number): RotaryPositions {
  const settings = rotarySettings(config, {
    theta: {
      name: 'rotary_emb_base',
      value: config.rotary_emb_base,
      fallback: 10_000,
      copy: { name: 'rope_theta', value: config.rope_theta },
    },
    share: {
      name: 'rotary_pct',
      value: config.rotary_pct,
      fallback: 0.25,
      copy: { name: 'partial_rotary_factor', value: config.partial_rotary_factor },
    },
    maximumPositions: config.max_position_embeddings,
  })
  return rotaryPositions(settings, headWidth, 'halves')
}

function block(config: GptNeoXConfig, name: string, rotary: RotaryPositions): Layer {
  const { hidden_size: width, intermediate_size: hidden, attention_bias: bias } = config
  const throughAttention = sequence(
    norm(config, `${name}.input_layernorm`),
    attention(config, `${name}.attention`, rotary),
    storedLinear(`${name}.attention.dense`, width, width, { bias }),
  )
  const throughMlp = sequence(
    norm(config, `${name}.post_attention_layernorm`),
    storedLinear(`${name}.mlp.dense_h_to_4h`, width, hidden),
    { kind: 'activation', name: `${name}.mlp.act`, activation: config.hidden_act, width: hidden },
    storedLinear(`${name}.mlp.dense_4h_to_h`, hidden, width),
  )
  return config.use_parallel_residual
    ? sum(sequence(), throughAttention, throughMlp)
    : sequence(residual(throughAttention), residual(throughMlp))
}

function attention(config: GptNeoXConfig, name: string, rotary: RotaryPositions): Attention {
  const { hidden_size: width, num_attention_heads: heads } = config
  return {
    kind: 'attention',
    name,
    heads,
    positions: rotary,
    scale: 1 / Math.sqrt(width / heads),
    query: fusedPart(config, name, 0),
    key: fusedPart(config, name, 1),
    value: fusedPart(config, name, 2),
  }
}

/** A third of `query_key_value`, whose rows are the queries, keys and values of the first head, then of the next. */
function fusedPart(config: GptNeoXConfig, name: string, index: number): Linear {
  const { hidden_size: width, num_attention_heads: heads, attention_bias } = config
  const byHead = [heads, 3, width / heads]
  const part = { axis: 1, start: index, size: 1 }
  const fused = `${name}.query_key_value`
  return {
    kind: 'linear',
    name: `${name}.${['query', 'key', 'value'][index]}`,
    inputWidth: width,
    outputWidth: width,
    weight: {
      name: `${fused}.weight`,
      shape: [3 * width, width],
      part: { view: [...byHead, width], ...part },
    },
    bias: attention_bias
      ? { name: `${fused}.bias`, shape: [3 * width], part: { view: byHead, ...part } }
      : undefined,
  }
}

function norm(config: GptNeoXConfig, name: string): Norm {
  return storedLayerNorm(name, config.hidden_size, config.layer_norm_eps)
}
