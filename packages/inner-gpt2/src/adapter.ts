import {
  type Activation,
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
import { type Gpt2Config, gpt2Config, gpt2IgnoredFields } from './config'

/** GPT-2: pre-norm blocks with learned positions, and one fused, transposed matrix for queries, keys and values. */
export const gpt2 = defineAdapter<Gpt2Config>({
  family: 'gpt2',
  config: gpt2Config,
  ignoredFields: gpt2IgnoredFields,
  build(config, tensors): InnerModelDescription {
    const { n_embd: width, n_head: heads, n_positions, vocab_size } = config
    headWidth(width, heads, ['n_embd', 'n_head'])
    // The hub's original gpt2 was saved from the bare model, without the prefix.
    const prefix = tensors.has('wte.weight') ? '' : 'transformer.'
    const tokens: WeightReference = { name: `${prefix}wte.weight`, shape: [vocab_size, width] }
    const positions: WeightReference = { name: `${prefix}wpe.weight`, shape: [n_positions, width] }
    return {
      family: 'gpt2',
      width,
      heads,
      vocabularySize: vocab_size,
      maximumPositions: n_positions,
      embedding: { tokens, positions: { weight: positions, offset: 0 } },
      blocks: Array.from({ length: config.n_layer }, (_, index) =>
        block(config, `${prefix}h.${index}`, index),
      ),
      finalNorm: norm(config, `${prefix}ln_f`),
      head: {
        vocabulary: config.tie_word_embeddings
          ? tokens
          : { name: 'lm_head.weight', shape: [vocab_size, width] },
      },
    }
  },
})

function block(config: Gpt2Config, name: string, index: number): Layer {
  const width = config.n_embd
  const hidden = config.n_inner ?? 4 * width
  const activation: Activation = {
    kind: 'activation',
    name: `${name}.mlp.act`,
    activation: config.activation_function,
    width: hidden,
  }
  return sequence(
    residual(
      sequence(
        norm(config, `${name}.ln_1`),
        attention(config, `${name}.attn`, index),
        convolution(`${name}.attn.c_proj`, width, width),
      ),
    ),
    residual(
      sequence(
        norm(config, `${name}.ln_2`),
        convolution(`${name}.mlp.c_fc`, width, hidden),
        activation,
        convolution(`${name}.mlp.c_proj`, hidden, width),
      ),
    ),
  )
}

function attention(config: Gpt2Config, name: string, index: number): Attention {
  const { n_embd: width, n_head: heads } = config
  const byWidth = config.scale_attn_weights ? 1 / Math.sqrt(width / heads) : 1
  return {
    kind: 'attention',
    name,
    heads,
    scale: config.scale_attn_by_inverse_layer_idx ? byWidth / (index + 1) : byWidth,
    query: fusedPart(name, width, 0),
    key: fusedPart(name, width, 1),
    value: fusedPart(name, width, 2),
  }
}

/** A third of `c_attn`, which holds queries, keys and values side by side. */
function fusedPart(name: string, width: number, index: number): Linear {
  const part = { start: index * width, size: width }
  const shape = [width, 3 * width]
  return {
    kind: 'linear',
    name: `${name}.${['query', 'key', 'value'][index]}`,
    inputWidth: width,
    outputWidth: width,
    weight: {
      name: `${name}.c_attn.weight`,
      shape,
      transposed: true,
      part: { view: shape, axis: 1, ...part },
    },
    bias: { name: `${name}.c_attn.bias`, shape: [3 * width], part: { view: [3 * width], axis: 0, ...part } },
  }
}

/** GPT-2's `Conv1D`: a linear layer whose matrix is stored as `[input, output]`. */
function convolution(name: string, inputWidth: number, outputWidth: number): Linear {
  return storedLinear(name, inputWidth, outputWidth, { transposed: true })
}

function norm(config: Gpt2Config, name: string): Norm {
  return storedLayerNorm(name, config.n_embd, config.layer_norm_epsilon)
}
