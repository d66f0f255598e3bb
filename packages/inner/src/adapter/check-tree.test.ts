import { ConfigError } from '@tintjs/tensor'
import { describe, expect, it } from 'vitest'
import { type Layer, product, residual, sequence, sum } from '../layers/layer'
import type { InnerModelDescription } from '../model/description'
import { storedLayerNorm, storedLinear } from './building-blocks'
import { checkTree } from './check-tree'

const tokens = { name: 'emb', shape: [4, 8] }
const description = (...blocks: Layer[]): InnerModelDescription => ({
  family: 'owl',
  width: 8,
  heads: 2,
  vocabularySize: 4,
  maximumPositions: 4,
  embedding: { tokens },
  blocks,
  head: { vocabulary: tokens, bias: { name: 'head.bias', shape: [4] } },
})

const wide = storedLinear('wide', 8, 12)
const narrow = storedLinear('narrow', 12, 8)

describe('checkTree', () => {
  it('accepts widths that fit', () => {
    checkTree(
      description(
        residual(
          sequence(storedLayerNorm('norm', 8, 1e-5), product(wide, storedLinear('up', 8, 12)), narrow),
        ),
        sum(sequence(storedLinear('second', 8, 12), storedLinear('back', 12, 8))),
      ),
    )
  })

  it.each<[string, Layer, string]>([
    [
      'a layer of another input',
      sequence(wide, wide),
      'The layer wide of the owl model takes width 8, but gets 12',
    ],
    [
      'a block of another output',
      wide,
      "Block 0 of the owl model gives width 12; expected the model's width 8",
    ],
    [
      'branches that differ',
      sequence(sum(wide, storedLinear('same', 8, 8)), narrow),
      'adds or multiplies widths 12 and 8',
    ],
    ['a residual of another width', residual(wide), 'adds or multiplies widths 8 and 12'],
    [
      'a norm of another width',
      storedLayerNorm('norm', 6, 1e-5),
      'The layer norm of the owl model takes width 6, but gets 8',
    ],
    [
      'a parameter of another shape',
      { ...storedLinear('odd', 8, 8), weight: { name: 'odd.weight', shape: [8, 7] } },
      'The parameter odd.weight of layer odd of the owl model has shape [8, 7]; expected [8, 8]',
    ],
    [
      'a parameter of two layers',
      residual(
        sequence(
          wide,
          { ...narrow, bias: { name: 'x', shape: [8] } },
          {
            ...narrow,
            inputWidth: 8,
            name: 'other',
            weight: { name: 'y', shape: [8, 8] },
            bias: { name: 'x', shape: [8] },
          },
        ),
      ),
      'The parameter x of layer other of the owl model is also that of narrow; expected one of its own',
    ],
    [
      'a parameter that the head has too',
      residual({ ...storedLinear('learned', 8, 8), bias: { name: 'head.bias', shape: [8] } }),
      'The parameter head.bias of layer learned of the owl model is also that of the embedding or the head',
    ],
  ])('names %s', (_, block, words) => {
    expect(() => checkTree(description(block))).toThrow(ConfigError)
    expect(() => checkTree(description(block))).toThrow(words)
  })
})
