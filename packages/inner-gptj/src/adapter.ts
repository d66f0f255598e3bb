import {
  type Attention,
  type AttentionPositions,
  defineAdapter,
  headWidth,
  type InnerModelDescription,
  type Layer,
  type Linear,
  type Norm,
  residual,
  rotaryFrequencies,
  sequence,
  storedLayerNorm,
  storedLinear,
  sum,
  type WeightReference,
} from '@tintjs/inner'
import { ConfigError } from '@tintjs/tensor'
import { type GptjConfig, gptjConfig, gptjIgnoredFields } from './config'

/** Fixed in GPT-J; its configurations have no field for it. */
const rotaryBase = 10000

/** GPT-J: attention and MLP side by side below one norm, rotary positions, and a head with a bias. */
export const gptj = defineAdapter<GptjConfig>({
  family: 'gptj',
  config: gptjConfig,
  ignoredFields: gptjIgnoredFields,
  build(config): InnerModelDescription {
    const { n_embd: width, n_head: heads, n_positions, vocab_size } = config
    const positions = rotaryPositions(config)
    const tokens: WeightReference = { name: 'transformer.wte.weight', shape: [vocab_size, width] }
    return {
      family: 'gptj',
      width,
      heads,
      vocabularySize: vocab_size,
      maximumPositions: n_positions,
      embedding: { tokens },
      blocks: Array.from({ length: config.n_layer }, (_, index) =>
        block(config, positions, `transformer.h.${index}`),
      ),
      finalNorm: norm(config, 'transformer.ln_f'),
      head: {
        vocabulary: config.tie_word_embeddings
          ? tokens
          : { name: 'lm_head.weight', shape: [vocab_size, width] },
        bias: { name: 'lm_head.bias', shape: [vocab_size] },
      },
    }
  },
})

function rotaryPositions({ n_embd, n_head, rotary_dim }: GptjConfig): AttentionPositions {
  const whole = headWidth(n_embd, n_head, ['n_embd', 'n_head'])
  const turned = rotary_dim ?? whole
  if (turned > whole || turned % 2 !== 0) {
    throw new ConfigError(
      `config.json has rotary_dim ${rotary_dim} and heads that are ${whole} wide (n_embd / n_head); expected an even rotary_dim of at most that, as numbers of a head are turned in pairs.`,
    )
  }
  return { kind: 'rotary', pairing: 'neighbours', frequencies: rotaryFrequencies(turned, rotaryBase) }
}

/** `x + attention(n) + mlp(n)` with `n = norm(x)` */
function block(config: GptjConfig, positions: AttentionPositions, name: string): Layer {
  const width = config.n_embd
  const hidden = config.n_inner ?? 4 * width
  const attentionBody = sequence(
    attention(config, positions, `${name}.attn`),
    selfLinear(config, `${name}.attn.out_proj`),
  )
  const mlp = sequence(
    storedLinear(`${name}.mlp.fc_in`, width, hidden),
    {
      kind: 'activation',
      name: `${name}.mlp.act`,
      activation: config.activation_function,
      width: hidden,
    },
    storedLinear(`${name}.mlp.fc_out`, hidden, width),
  )
  return residual(sequence(norm(config, `${name}.ln_1`), sum(attentionBody, mlp)))
}

function attention(config: GptjConfig, positions: AttentionPositions, name: string): Attention {
  const { n_embd: width, n_head: heads } = config
  return {
    kind: 'attention',
    name,
    heads,
    positions,
    scale: 1 / Math.sqrt(width / heads),
    query: selfLinear(config, `${name}.q_proj`),
    key: selfLinear(config, `${name}.k_proj`),
    value: selfLinear(config, `${name}.v_proj`),
  }
}

function selfLinear({ n_embd: width }: GptjConfig, name: string): Linear {
  return storedLinear(name, width, width, { bias: false })
}

function norm(config: GptjConfig, name: string): Norm {
  return storedLayerNorm(name, config.n_embd, config.layer_norm_epsilon)
}
