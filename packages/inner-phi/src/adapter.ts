import {
  type Attention,
  defineAdapter,
  headWidth,
  type InnerModelDescription,
  type Layer,
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
import { type PhiConfig, phiConfig, phiIgnoredFields } from './config'

/** Phi-1 and Phi-2: attention and MLP side by side below one layer norm, rotary positions for a part of each head. */
export const phi = defineAdapter<PhiConfig>({
  family: 'phi',
  config: phiConfig,
  ignoredFields: phiIgnoredFields,
  build(config, tensors): InnerModelDescription {
    const { hidden_size: width, num_attention_heads: heads, vocab_size } = config
    const rotary = rotaryOf(config)
    // Checkpoints that were saved from the bare model lack the prefix.
    const prefix = tensors.has('embed_tokens.weight') ? '' : 'model.'
    const tokens: WeightReference = { name: `${prefix}embed_tokens.weight`, shape: [vocab_size, width] }
    return {
      family: 'phi',
      width,
      heads,
      vocabularySize: vocab_size,
      maximumPositions: config.max_position_embeddings,
      embedding: { tokens },
      blocks: Array.from({ length: config.num_hidden_layers }, (_, index) =>
        block(config, `${prefix}layers.${index}`, rotary),
      ),
      finalNorm: norm(config, `${prefix}final_layernorm`),
      head: {
        vocabulary: config.tie_word_embeddings
          ? tokens
          : { name: 'lm_head.weight', shape: [vocab_size, width] },
        bias: { name: 'lm_head.bias', shape: [vocab_size] },
      },
    }
  },
})

function rotaryOf(config: PhiConfig): RotaryPositions {
  const settings = rotarySettings(config, {
    theta: { name: 'rope_theta', value: config.rope_theta, fallback: 10_000 },
    share: { name: 'partial_rotary_factor', value: config.partial_rotary_factor, fallback: 0.5 },
    maximumPositions: config.max_position_embeddings,
  })
  return rotaryPositions(settings, widthOfHead(config), 'halves')
}

/** `x + attention(n) + mlp(n)` with `n = norm(x)` */
function block(config: PhiConfig, name: string, rotary: RotaryPositions): Layer {
  const throughAttention = sequence(
    attention(config, `${name}.self_attn`, rotary),
    storedLinear(`${name}.self_attn.dense`, config.hidden_size, config.hidden_size),
  )
  return residual(
    sequence(norm(config, `${name}.input_layernorm`), sum(throughAttention, mlp(config, `${name}.mlp`))),
  )
}

function attention(config: PhiConfig, name: string, positions: RotaryPositions): Attention {
  const { hidden_size: width, num_attention_heads: heads } = config
  const keyValueHeads = config.num_key_value_heads ?? heads
  const ofHead = widthOfHead(config)
  return {
    kind: 'attention',
    name,
    heads,
    keyValueHeads,
    positions,
    scale: 1 / Math.sqrt(ofHead),
    query: storedLinear(`${name}.q_proj`, width, heads * ofHead),
    key: storedLinear(`${name}.k_proj`, width, keyValueHeads * ofHead),
    value: storedLinear(`${name}.v_proj`, width, keyValueHeads * ofHead),
  }
}

function mlp(config: PhiConfig, name: string): Layer {
  const { hidden_size: width, intermediate_size: hidden, hidden_act: activation } = config
  return sequence(
    storedLinear(`${name}.fc1`, width, hidden),
    { kind: 'activation', name: `${name}.activation_fn`, activation, width: hidden },
    storedLinear(`${name}.fc2`, hidden, width),
  )
}

function widthOfHead({ hidden_size, num_attention_heads }: PhiConfig): number {
  return headWidth(hidden_size, num_attention_heads, ['hidden_size', 'num_attention_heads'])
}

function norm(config: PhiConfig, name: string): Norm {
  return storedLayerNorm(name, config.hidden_size, config.layer_norm_eps)
}
