import {
  type Attention,
  defineAdapter,
  headWidth,
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
import { type OptConfig, optConfig, optIgnoredFields } from './config'

/** OPT's learned positions start at row 2 of their table. */
const positionOffset = 2

/** OPT: learned positions with an offset; pre-norm blocks, or post-norm ones with projected embeddings (OPT-350M). */
export const opt = defineAdapter<OptConfig>({
  family: 'opt',
  config: optConfig,
  ignoredFields: optIgnoredFields,
  build(config, tensors): InnerModelDescription {
    const { hidden_size: width, num_attention_heads: heads, vocab_size, max_position_embeddings } = config
    headWidth(width, heads, ['hidden_size', 'num_attention_heads'])
    // Older checkpoints were saved from the bare model, without the prefix.
    const prefix = tensors.has('decoder.embed_tokens.weight') ? 'decoder' : 'model.decoder'
    const embeddingWidth = config.word_embed_proj_dim ?? width
    const tokens: WeightReference = {
      name: `${prefix}.embed_tokens.weight`,
      shape: [vocab_size, embeddingWidth],
    }
    const positions: WeightReference = {
      name: `${prefix}.embed_positions.weight`,
      shape: [max_position_embeddings + positionOffset, width],
    }
    return {
      family: 'opt',
      width,
      heads,
      vocabularySize: vocab_size,
      maximumPositions: max_position_embeddings,
      embedding: {
        tokens,
        projection: projection(`${prefix}.project_in`, embeddingWidth, width),
        positions: { weight: positions, offset: positionOffset },
      },
      blocks: Array.from({ length: config.num_hidden_layers }, (_, index) =>
        block(config, `${prefix}.layers.${index}`),
      ),
      finalNorm:
        config.do_layer_norm_before && !config._remove_final_layer_norm
          ? norm(config, `${prefix}.final_layer_norm`)
          : undefined,
      head: {
        projection: projection(`${prefix}.project_out`, width, embeddingWidth),
        vocabulary: config.tie_word_embeddings
          ? tokens
          : { name: 'lm_head.weight', shape: [vocab_size, embeddingWidth] },
      },
    }
  },
})

/** The matrix between the embedding's width and the model's, where they differ. */
function projection(name: string, inputWidth: number, outputWidth: number): WeightReference | undefined {
  return inputWidth === outputWidth ? undefined : { name: `${name}.weight`, shape: [outputWidth, inputWidth] }
}

function block(config: OptConfig, name: string): Layer {
  const attentionBody = sequence(
    attention(config, `${name}.self_attn`),
    selfLinear(config, `${name}.self_attn.out_proj`),
  )
  const mlp = sequence(
    linear(config, `${name}.fc1`, config.hidden_size, config.ffn_dim),
    {
      kind: 'activation',
      name: `${name}.activation_fn`,
      activation: config.activation_function,
      width: config.ffn_dim,
    },
    linear(config, `${name}.fc2`, config.ffn_dim, config.hidden_size),
  )
  const attentionNorm = norm(config, `${name}.self_attn_layer_norm`)
  const mlpNorm = norm(config, `${name}.final_layer_norm`)
  return config.do_layer_norm_before
    ? sequence(residual(sequence(attentionNorm, attentionBody)), residual(sequence(mlpNorm, mlp)))
    : sequence(residual(attentionBody), attentionNorm, residual(mlp), mlpNorm)
}

function attention(config: OptConfig, name: string): Attention {
  const { hidden_size: width, num_attention_heads: heads } = config
  return {
    kind: 'attention',
    name,
    heads,
    scale: 1 / Math.sqrt(width / heads),
    query: selfLinear(config, `${name}.q_proj`),
    key: selfLinear(config, `${name}.k_proj`),
    value: selfLinear(config, `${name}.v_proj`),
  }
}

function selfLinear(config: OptConfig, name: string): Linear {
  return linear(config, name, config.hidden_size, config.hidden_size)
}

function linear(config: OptConfig, name: string, inputWidth: number, outputWidth: number): Linear {
  return storedLinear(name, inputWidth, outputWidth, { bias: config.enable_bias })
}

function norm(config: OptConfig, name: string): Norm {
  // PyTorch's default epsilon, which OPT does not set.
  return storedLayerNorm(name, config.hidden_size, 1e-5, config.layer_norm_elementwise_affine)
}
