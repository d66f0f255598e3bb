import {
  type ActivationName,
  type Attention,
  headWidth,
  type InnerModelDescription,
  type Layer,
  product,
  type RotaryPositions,
  residual,
  rotaryPositions,
  rotarySettings,
  sequence,
  storedLinear,
  storedRmsNorm,
  type TensorNames,
  type WeightReference,
} from '@tintjs/inner'
import type { LlamaConfig, MistralConfig, Qwen2Config } from './config'

/** In what the families differ. */
export interface FamilyTraits {
  /** `model_type` */
  readonly family: string
  /** Whether the linear layers that make queries, keys and values have a bias. */
  readonly queryKeyValueBias: boolean
  readonly attentionOutputBias: boolean
  readonly mlpBias: boolean
  /** How many tokens a row of a layer looks back, itself included; all where it gives nothing. */
  window(layer: number): number | undefined
}

/** The sizes of a model, read from its configuration. */
interface Sizes {
  readonly width: number
  readonly heads: number
  readonly keyValueHeads: number
  readonly headWidth: number
  readonly mlpWidth: number
  readonly epsilon: number
  readonly activation: ActivationName
  readonly rotary: RotaryPositions
}

/** The tree of layers that all families of this package share: pre-norm blocks of attention and a gated MLP. */
export function describeModel(
  config: LlamaConfig | MistralConfig | Qwen2Config,
  tensors: TensorNames,
  traits: FamilyTraits,
): InnerModelDescription {
  const sizes = sizesOf(config)
  const { width, heads, epsilon } = sizes
  // Checkpoints that were saved from the bare model lack the prefix.
  const prefix = tensors.has('embed_tokens.weight') ? '' : 'model.'
  const tokens: WeightReference = { name: `${prefix}embed_tokens.weight`, shape: [config.vocab_size, width] }
  return {
    family: traits.family,
    width,
    heads,
    vocabularySize: config.vocab_size,
    maximumPositions: config.max_position_embeddings,
    embedding: { tokens },
    blocks: Array.from({ length: config.num_hidden_layers }, (_, index) =>
      block(sizes, traits, `${prefix}layers.${index}`, traits.window(index)),
    ),
    finalNorm: storedRmsNorm(`${prefix}norm`, width, epsilon),
    head: {
      vocabulary: config.tie_word_embeddings
        ? tokens
        : { name: 'lm_head.weight', shape: [config.vocab_size, width] },
    },
  }
}

function sizesOf(config: LlamaConfig | MistralConfig | Qwen2Config): Sizes {
  const { hidden_size: width, num_attention_heads: heads } = config
  const ofHead = config.head_dim ?? headWidth(width, heads, ['hidden_size', 'num_attention_heads'])
  const settings = rotarySettings(config, {
    theta: { name: 'rope_theta', value: config.rope_theta, fallback: 10_000 },
    maximumPositions: config.max_position_embeddings,
  })
  return {
    width,
    heads,
    keyValueHeads: config.num_key_value_heads ?? heads,
    headWidth: ofHead,
    mlpWidth: config.intermediate_size,
    epsilon: config.rms_norm_eps,
    activation: config.hidden_act,
    rotary: rotaryPositions(settings, ofHead, 'halves'),
  }
}

function block(sizes: Sizes, traits: FamilyTraits, name: string, window: number | undefined): Layer {
  const { width, epsilon } = sizes
  return sequence(
    residual(
      sequence(
        storedRmsNorm(`${name}.input_layernorm`, width, epsilon),
        attention(sizes, traits, `${name}.self_attn`, window),
        storedLinear(`${name}.self_attn.o_proj`, sizes.heads * sizes.headWidth, width, {
          bias: traits.attentionOutputBias,
        }),
      ),
    ),
    residual(
      sequence(
        storedRmsNorm(`${name}.post_attention_layernorm`, width, epsilon),
        gatedMlp(sizes, traits, `${name}.mlp`),
      ),
    ),
  )
}

function attention(
  { width, heads, keyValueHeads, headWidth, rotary }: Sizes,
  traits: FamilyTraits,
  name: string,
  window: number | undefined,
): Attention {
  const bias = traits.queryKeyValueBias
  return {
    kind: 'attention',
    name,
    heads,
    keyValueHeads,
    positions: rotary,
    window,
    scale: 1 / Math.sqrt(headWidth),
    query: storedLinear(`${name}.q_proj`, width, heads * headWidth, { bias }),
    key: storedLinear(`${name}.k_proj`, width, keyValueHeads * headWidth, { bias }),
    value: storedLinear(`${name}.v_proj`, width, keyValueHeads * headWidth, { bias }),
  }
}

/** `down(act(gate x) * up x)`: SwiGLU, where the activation is SiLU. */
function gatedMlp({ width, mlpWidth, activation }: Sizes, { mlpBias: bias }: FamilyTraits, name: string) {
  const gate = sequence(storedLinear(`${name}.gate_proj`, width, mlpWidth, { bias }), {
    kind: 'activation',
    name: `${name}.act_fn`,
    activation,
    width: mlpWidth,
  })
  return sequence(
    product(gate, storedLinear(`${name}.up_proj`, width, mlpWidth, { bias })),
    storedLinear(`${name}.down_proj`, mlpWidth, width, { bias }),
  )
}
