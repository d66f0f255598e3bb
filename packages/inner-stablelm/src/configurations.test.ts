import { allParameters, parameterSize } from '@tintjs/inner'
import { describe, expect, it } from 'vitest'
import { stablelm, stablelmShapes } from './index'

const parametersOf = (config: object) =>
  allParameters(stablelm.describe(config)).reduce((total, reference) => total + parameterSize(reference), 0)

/** A file of the hub, as transformers 4.38 wrote it, but for its sizes. */
const older = {
  architectures: ['StableLmForCausalLM'],
  attention_dropout: 0,
  bos_token_id: 0,
  eos_token_id: 0,
  hidden_act: 'silu',
  hidden_dropout: 0,
  initializer_range: 0.02,
  layer_norm_eps: 1e-5,
  partial_rotary_factor: 0.25,
  rope_scaling: null,
  rope_theta: 10_000,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  transformers_version: '4.38.0',
  use_cache: true,
  use_qkv_bias: false,
}

describe('configurations of StableLM', () => {
  // As transformers 5.24 counts them on the meta device.
  it('of the released sizes have the parameters that transformers counts', () => {
    expect(parametersOf(stablelmShapes['stablelm-2-1.6b'])).toBe(1_644_515_328)
    expect(parametersOf(stablelmShapes['stablelm-3b-4e1t'])).toBe(2_795_443_200)
  })

  it('as older files have them turn a quarter of each head', () => {
    const found = stablelm.describe({ ...stablelmShapes['stablelm-3b-4e1t'], ...older })
    expect(found).toEqual(stablelm.describe(stablelmShapes['stablelm-3b-4e1t']))
    const half = { ...stablelmShapes['stablelm-3b-4e1t'], ...older, partial_rotary_factor: 0.5 }
    expect(stablelm.describe(half)).not.toEqual(found)
  })

  it('name the tensors of bare checkpoints without the prefix', () => {
    const bare = stablelm.describe(stablelmShapes['stablelm-3b-4e1t'], new Set(['embed_tokens.weight']))
    expect(bare.embedding.tokens.name).toBe('embed_tokens.weight')
    expect(bare.finalNorm?.name).toBe('norm')
  })
})
