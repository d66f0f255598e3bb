import {
  type Attention,
  defineAdapter,
  headWidth,
  type InnerModelDescription,
  type Layer,
  type Norm,
  product,
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
import { type StablelmConfig, stablelmConfig, stablelmIgnoredFields } from './config'

/** StableLM: layer norms, rotary positions for a part of each head, a gated MLP; one residual after the other or in parallel. */
export const stablelm = defineAdapter<StablelmConfig>({
  family: 'stablelm',
  config: stablelmConfig,
  ignoredFields: stablelmIgnoredFields,
  build(config, tensors): InnerModelDescription {
    const { hidden_size: width, num_attention_heads: heads, vocab_size } = config
    const rotary = rotaryOf(config)
    // Checkpoints that were saved from the bare model lack the prefix.
    const prefix = tensors.has('embed_tokens.weight') ? '' : 'model.'
    const tokens: WeightReference = { name: `${prefix}embed_tokens.weight`, shape: [vocab_size, width] }
    return {
      family: 'stablelm',
      width,
      heads,
      vocabularySize: vocab_size,
      maximumPositions: config.max_position_embeddings,
      embedding: { tokens },
      blocks: Array.from({ length: config.num_hidden_layers }, (_, index) =>
        block(config, `${prefix}layers.${index}`, rotary),
      ),
      finalNorm: norm(config, `${prefix}norm`),
      head: {
        vocabulary: config.tie_word_embeddings
          ? tokens
          : { name: 'lm_head.weight', shape: [vocab_size, width] },
      },
    }
  },
})

function rotaryOf(config: StablelmConfig): RotaryPositions {
  const settings = rotarySettings(config, {
    theta: { name: 'rope_theta', value: config.rope_theta, fallback: 10_000 },
    share: { name: 'partial_rotary_factor', value: config.partial_rotary_factor, fallback: 0.25 },
    maximumPositions: config.max_position_embeddings,
  })
  return rotaryPositions(settings, widthOfHead(config), 'halves')
}

function block(config: StablelmConfig, name: string, rotary: RotaryPositions): Layer {
  const inputNorm = norm(config, `${name}.input_layernorm`)
  const throughAttention = sequence(
    attention(config, `${name}.self_attn`, rotary),
    storedLinear(`${name}.self_attn.o_proj`, config.hidden_size, config.hidden_size, { bias: false }),
  )
  const throughMlp = mlp(config, `${name}.mlp`)
  if (config.use_parallel_residual) return residual(sequence(inputNorm, sum(throughAttention, throughMlp)))
  return sequence(
    residual(sequence(inputNorm, throughAttention)),
    residual(sequence(norm(config, `${name}.post_attention_layernorm`), throughMlp)),
  )
}

function attention(config: StablelmConfig, name: string, positions: RotaryPositions): Attention {
  const { hidden_size: width, num_attention_heads: heads } = config
  const keyValueHeads = config.num_key_value_heads ?? heads
  const ofHead = widthOfHead(config)
  const bias = config.use_qkv_bias
  return {
    kind: 'attention',
    name,
    heads,
    keyValueHeads,
    positions,
    scale: 1 / Math.sqrt(ofHead),
    query: storedLinear(`${name}.q_proj`, width, heads * ofHead, { bias }),
    key: storedLinear(`${name}.k_proj`, width, keyValueHeads * ofHead, { bias }),
    value: storedLinear(`${name}.v_proj`, width, keyValueHeads * ofHead, { bias }),
  }
}

/** `down(act(gate x) * up x)` */
function mlp(config: StablelmConfig, name: string): Layer {
  const { hidden_size: width, intermediate_size: hidden, hidden_act: activation } = config
  const gate = sequence(storedLinear(`${name}.gate_proj`, width, hidden, { bias: false }), {
    kind: 'activation',
    name: `${name}.act_fn`,
    activation,
    width: hidden,
  })
  return sequence(
    product(gate, storedLinear(`${name}.up_proj`, width, hidden, { bias: false })),
    storedLinear(`${name}.down_proj`, hidden, width, { bias: false }),
  )
}

function widthOfHead({ hidden_size, num_attention_heads }: StablelmConfig): number {
  return headWidth(hidden_size, num_attention_heads, ['hidden_size', 'num_attention_heads'])
}

function norm(config: StablelmConfig, name: string): Norm {
  return storedLayerNorm(name, config.hidden_size, config.layer_norm_eps)
}
