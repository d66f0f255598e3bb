import { type Adapter, type InnerModelDescription, type Layer, storedLayerNorm } from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { describe } from 'vitest'
import { describeAdapter } from '../describe-adapter'

/** GPT-2's adapter with something wrong in the trees that it makes. */
function faulty(change: (description: InnerModelDescription) => InnerModelDescription): Adapter {
  return { family: 'gpt2', describe: (config, tensors) => change(gpt2.describe(config, tensors)) }
}

/** Changes every attention and norm of a tree. */
function changed(layer: Layer, change: (leaf: Layer) => Layer): Layer {
  switch (layer.kind) {
    case 'sequence':
      return { ...layer, layers: layer.layers.map((child) => changed(child, change)) }
    case 'residual':
      return { ...layer, body: changed(layer.body, change) }
    default:
      return change(layer)
  }
}

const inBlocks = (change: (leaf: Layer) => Layer) =>
  faulty((description) => ({
    ...description,
    blocks: description.blocks.map((block) => changed(block, change)),
  }))

const fixtures = [goldenCaseNamed('gpt2-one-step').folder]

// Each of these must fail; faults.contract.test.ts runs this file and looks where.
describe('another scale of attention', () => {
  const adapter = inBlocks((leaf) =>
    leaf.kind === 'attention' ? { ...leaf, scale: 0.9 * leaf.scale } : leaf,
  )
  describeAdapter(adapter, { fixtures })
})
describe('another epsilon', () => {
  const adapter = inBlocks((leaf) => (leaf.kind === 'norm' ? { ...leaf, epsilon: 1e-3 } : leaf))
  describeAdapter(adapter, { fixtures })
})
describe('another kind of GELU', () => {
  const adapter = inBlocks((leaf) =>
    leaf.kind === 'activation' ? { ...leaf, activation: 'quick_gelu' } : leaf,
  )
  describeAdapter(adapter, { fixtures })
})
describe('no final norm', () => {
  describeAdapter(
    faulty((description) => ({ ...description, finalNorm: undefined })),
    { fixtures },
  )
})
describe('other tensors', () => {
  const positions = { weight: { name: 'transformer.wpe.weight', shape: [7, 64] }, offset: 0 }
  describeAdapter(
    faulty(({ embedding, ...others }) => ({
      ...others,
      embedding: { ...embedding, positions },
      finalNorm: storedLayerNorm('norm', 64, 1e-5),
    })),
    { fixtures },
  )
})
describe('every configuration is right', () => {
  const adapter: Adapter = {
    family: 'gpt2',
    describe: (config, tensors) => {
      const { a_field_of_tomorrow: _, ...known } = config as Record<string, unknown>
      return gpt2.describe(known, tensors)
    },
  }
  describeAdapter(adapter, { fixtures, refusals: [{ fields: { n_layer: 2 }, message: 'n_layer' }] })
})
describe('nothing to compare with', () => {
  describeAdapter(gpt2, { fixtures: [] })
})
