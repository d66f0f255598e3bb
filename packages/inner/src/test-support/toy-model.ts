import * as z from 'zod'
import { defineAdapter } from '../adapter/adapter'
import { storedLayerNorm, storedLinear } from '../adapter/building-blocks'
import { residual, sequence } from '../layers/layer'

const width = 8
/** Tokens of the toy's vocabulary. */
export const vocabulary = 11

/** Two attention blocks with positions, as small as can be. */
export const toy = defineAdapter({
  family: 'toy',
  config: z.object({}),
  ignoredFields: [],
  build() {
    const tokens = { name: 'emb', shape: [vocabulary, width] }
    const linear = (name: string) => storedLinear(name, width, width)
    const block = (name: string) =>
      residual(
        sequence(
          storedLayerNorm(`${name}.norm`, width, 1e-5),
          {
            kind: 'attention',
            name,
            heads: 2,
            scale: 0.5,
            query: linear(`${name}.q`),
            key: linear(`${name}.k`),
            value: linear(`${name}.v`),
          },
          linear(`${name}.o`),
        ),
      )
    return {
      family: 'toy',
      width,
      heads: 2,
      vocabularySize: vocabulary,
      maximumPositions: 12,
      embedding: { tokens, positions: { weight: { name: 'pos', shape: [12, width] }, offset: 0 } },
      blocks: [block('first'), block('second')],
      finalNorm: storedLayerNorm('final', width, 1e-5),
      head: { vocabulary: tokens },
    }
  },
})
