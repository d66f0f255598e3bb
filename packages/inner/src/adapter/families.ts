import { ConfigError, shown } from '@tintjs/tensor'

/** The package that holds the adapter of each known family, by `model_type`. */
const packages = new Map<string, string>([
  ['bloom', '@tintjs/inner-bloom'],
  ['gpt2', '@tintjs/inner-gpt2'],
  ['gpt_neox', '@tintjs/inner-gpt-neox'],
  ['gptj', '@tintjs/inner-gptj'],
  ['llama', '@tintjs/inner-llama'],
  ['mistral', '@tintjs/inner-llama'],
  ['opt', '@tintjs/inner-opt'],
  ['phi', '@tintjs/inner-phi'],
  ['qwen2', '@tintjs/inner-llama'],
  ['stablelm', '@tintjs/inner-stablelm'],
])

/** The package to install for a family that has one. */
export function packageOfFamily(family: unknown): string | undefined {
  return typeof family === 'string' ? packages.get(family) : undefined
}

const mixtures = new Set([
  'dbrx',
  'deepseek_v2',
  'deepseek_v3',
  'ernie4_5_moe',
  'glm4_moe',
  'gpt_oss',
  'granitemoe',
  'hunyuan_v1_moe',
  'jamba',
  'jetmoe',
  'llama4',
  'llama4_text',
  'minimax',
  'mixtral',
  'olmoe',
  'phimoe',
  'qwen2_moe',
  'qwen3_moe',
  'qwen3_next',
])

/** Fields that count experts, in the families that have them. */
const expertFields = ['moe_num_experts', 'n_routed_experts', 'num_experts', 'num_local_experts']

const encoderDecoders = new Set([
  'bart',
  'bigbird_pegasus',
  'blenderbot',
  'blenderbot-small',
  'encoder-decoder',
  'fsmt',
  'led',
  'longt5',
  'm2m_100',
  'marian',
  'mbart',
  'mt5',
  'mvp',
  'nllb-moe',
  'pegasus',
  'pegasus_x',
  'plbart',
  'prophetnet',
  'switch_transformers',
  't5',
  't5gemma',
  'udop',
  'umt5',
  'whisper',
])

/**
 * Refuses the kinds of models that no tree of layers describes.
 *
 * @throws ConfigError for quantised checkpoints, encoder-decoders, models that see later tokens and mixtures of experts,
 *   with what gives them away
 */
export function refuseOtherKinds(config: Readonly<Record<string, unknown>>): void {
  const family = typeof config.model_type === 'string' ? config.model_type : ''
  if (config.quantization_config != null) {
    throw new ConfigError(
      `config.json has quantization_config${quantisationMethod(config.quantization_config)}: the checkpoint is quantised; expected weights in single, half or double precision, so take the model's unquantised checkpoint.`,
    )
  }
  if (config.is_encoder_decoder === true || encoderDecoders.has(family)) {
    const sign = encoderDecoders.has(family) ? `model_type "${family}"` : 'is_encoder_decoder = true'
    throw new ConfigError(
      `config.json has ${sign}, an encoder-decoder; expected a decoder alone that predicts the next token.`,
    )
  }
  // The other fields that are false switch something off; this one switches on what no attention here does.
  if (config.is_causal === false) {
    throw new ConfigError(
      'config.json has is_causal = false, a model whose tokens see those after them; expected a causal one, as only that predicts the next token.',
    )
  }
  const experts = expertFields.find((field) => Number(config[field]) > 1)
  if (experts !== undefined || mixtures.has(family)) {
    const sign = mixtures.has(family)
      ? `model_type "${family}"`
      : `${experts} = ${shown(config[experts ?? ''])}`
    throw new ConfigError(
      `config.json has ${sign}, a mixture of experts; expected a model in which every token takes the same path.`,
    )
  }
}

function quantisationMethod(settings: unknown): string {
  if (typeof settings !== 'object' || settings === null || !('quant_method' in settings)) return ''
  return ` with quant_method ${shown(settings.quant_method)}`
}
