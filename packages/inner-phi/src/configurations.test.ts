import { allParameters, parameterSize } from '@tintjs/inner'
import { describe, expect, it } from 'vitest'
import { phi, phiShapes } from './index'

const parametersOf = (config: object) =>
  allParameters(phi.describe(config)).reduce((total, reference) => total + parameterSize(reference), 0)

/** What older files have in the place of `rope_parameters`. */
const older = (partial_rotary_factor: number) => ({
  ...phiShapes['phi-2'],
  rope_parameters: undefined,
  rope_scaling: null,
  rope_theta: 10_000,
  partial_rotary_factor,
})

describe('configurations of phi', () => {
  // As transformers 5.24 counts them on the meta device.
  it('of the released sizes have the parameters that transformers counts', () => {
    expect(parametersOf(phiShapes['phi-1'])).toBe(1_418_270_720)
    expect(parametersOf(phiShapes['phi-2'])).toBe(2_779_683_840)
  })

  it('as older files have them turn a part of each head', () => {
    expect(phi.describe(older(0.4))).toEqual(phi.describe(phiShapes['phi-2']))
    expect(phi.describe(older(0.5))).not.toEqual(phi.describe(phiShapes['phi-2']))
  })

  it('name the tensors of bare checkpoints without the prefix', () => {
    const bare = phi.describe(phiShapes['phi-1'], new Set(['embed_tokens.weight']))
    expect(bare.embedding.tokens.name).toBe('embed_tokens.weight')
    expect(bare.finalNorm?.name).toBe('final_layernorm')
  })
})
