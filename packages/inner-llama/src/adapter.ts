import { type Adapter, defineAdapter } from '@tintjs/inner'
import {
  ignoredFields,
  type LlamaConfig,
  llamaConfig,
  type MistralConfig,
  mistralConfig,
  type Qwen2Config,
  qwen2Config,
} from './config'
import { describeModel } from './tree'

/** LLaMA: RMS norms, rotary positions, grouped keys and values, gated MLPs; biases where the configuration says so. */
export const llama: Adapter = defineAdapter<LlamaConfig>({
  family: 'llama',
  config: llamaConfig,
  ignoredFields,
  build: (config, tensors) =>
    describeModel(config, tensors, {
      family: 'llama',
      queryKeyValueBias: config.attention_bias,
      attentionOutputBias: config.attention_bias,
      mlpBias: config.mlp_bias,
      window: () => undefined,
    }),
})

/** Mistral: LLaMA without biases, whose attention may look at a sliding window only. */
export const mistral: Adapter = defineAdapter<MistralConfig>({
  family: 'mistral',
  config: mistralConfig,
  ignoredFields,
  build: (config, tensors) =>
    describeModel(config, tensors, {
      family: 'mistral',
      queryKeyValueBias: false,
      attentionOutputBias: false,
      mlpBias: false,
      window: () => config.sliding_window ?? undefined,
    }),
})

/** Qwen2: LLaMA with biases for queries, keys and values, whose later layers may look at a sliding window only. */
export const qwen2: Adapter = defineAdapter<Qwen2Config>({
  family: 'qwen2',
  config: qwen2Config,
  ignoredFields,
  build: (config, tensors) =>
    describeModel(config, tensors, {
      family: 'qwen2',
      queryKeyValueBias: true,
      attentionOutputBias: false,
      mlpBias: false,
      window: qwen2Windows(config),
    }),
})

/** All adapters of this package. */
export const llamaFamily: readonly Adapter[] = [llama, mistral, qwen2]

/** The windows of Qwen2's layers: of those that `layer_types` names, else of all after the first `max_window_layers`. */
function qwen2Windows(config: Qwen2Config): (layer: number) => number | undefined {
  const window = (config.use_sliding_window ? config.sliding_window : null) ?? undefined
  const slides = (layer: number) =>
    config.layer_types?.[layer] === undefined
      ? layer >= config.max_window_layers
      : config.layer_types[layer] === 'sliding_attention'
  return (layer) => (slides(layer) ? window : undefined)
}
