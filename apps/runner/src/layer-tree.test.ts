import type { InnerModelDescription } from '@tintjs/inner'
import { bloom, bloomShapes } from '@tintjs/inner-bloom'
import { gptj, gptjShapes } from '@tintjs/inner-gptj'
import { llama, llamaFamilyShapes, mistral } from '@tintjs/inner-llama'
import { describe, expect, it } from 'vitest'
import { modelTree, type TreeNode } from './layer-tree'

const sizes = { hidden_size: 64, intermediate_size: 100, num_attention_heads: 8, num_key_value_heads: 2 }

/** Every part of a model, from top to bottom. */
function partsOf(description: InnerModelDescription): TreeNode[] {
  const within = (node: TreeNode): TreeNode[] => [node, ...node.children.flatMap(within)]
  return modelTree(description).flatMap(within)
}

function attentionOf(description: InnerModelDescription): string | undefined {
  return partsOf(description).find(({ kind }) => kind === 'attention')?.detail
}

describe('modelTree', () => {
  it.each([
    [
      'shared keys and values and rotary positions',
      llama.describe({ ...llamaFamilyShapes['Llama-3.2-1B'], num_hidden_layers: 1 }),
      '32 heads of 64, 8 of keys and values, rotary over 64 (halves)',
    ],
    [
      'windows',
      mistral.describe({ model_type: 'mistral', ...sizes, num_hidden_layers: 1, sliding_window: 16 }),
      '8 heads of 8, 2 of keys and values, rotary over 8 (halves), window 16',
    ],
    [
      'heads that are turned in part',
      gptj.describe({ ...gptjShapes['gpt-j-6b'], n_layer: 1 }),
      '16 heads of 256, rotary over 64 (neighbours)',
    ],
    ['ALiBi', bloom.describe(bloomShapes['bloom-560m']), '16 heads of 64, ALiBi'],
  ])('says %s of attention', (_, description, detail) => {
    expect(attentionOf(description)).toBe(detail)
  })

  it("shows an embedding's norm and a head's bias, with their parameters", () => {
    const [embedding] = modelTree(bloom.describe(bloomShapes['bloom-560m']))
    expect(embedding?.children.map(({ kind, parameters }) => [kind, parameters])).toEqual([
      ['tokens', 250_880 * 1024],
      ['norm', 2 * 1024],
    ])
    const head = modelTree(gptj.describe(gptjShapes['gpt-j-6b'])).at(-1)
    expect(head?.children.map(({ kind, parameters }) => [kind, parameters])).toEqual([
      ['vocabulary', 50_400 * 4096],
      ['bias', 50_400],
    ])
  })

  it("shows a tied head's bias", () => {
    const head = modelTree(gptj.describe({ ...gptjShapes['gpt-j-6b'], tie_word_embeddings: true })).at(-1)
    expect(head?.children.map(({ kind }) => kind)).toEqual(['bias'])
  })
})
