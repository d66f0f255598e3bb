import type { Embedding, Head, InnerModelDescription, Norm } from '@tintjs/inner'
import * as fc from 'fast-check'
import { blocks } from './blocks'
import { type Make, norms, type Surroundings } from './layers'

/** What a random model is made of. */
export interface RandomModel {
  /** As `config.json` would have it; `randomModels` of `adapter.ts` reads it. */
  readonly config: { readonly model_type: 'random'; readonly description: InnerModelDescription }
  /** Of its weights. */
  readonly seed: number
  /** By how much its matrices are larger than those that keep numbers near 1. */
  readonly gain: number
}

/** The longest context of random models; learned positions and tests stay below it. */
export const maximumPositions = 16

/**
 * Widths and heads that a simulator can have: `D` has a divisor that leaves at least three rows a prefix, and heads hold the
 * digits of the positions.
 */
const simulableSizes = [
  { width: 8, heads: { count: 2, width: 4 } },
  { width: 8, heads: { count: 1, width: 4 } },
  { width: 8, heads: { count: 4, width: 2 } },
  { width: 12, heads: { count: 3, width: 4 } },
  { width: 12, heads: { count: 2, width: 6 } },
  { width: 15, heads: { count: 3, width: 5 } },
  { width: 16, heads: { count: 4, width: 4 } },
] as const satisfies readonly Surroundings[]

/** Which models to draw. */
export interface RandomModelOptions {
  /** Only models that the construction has a simulator for; default all that the tree can say. */
  readonly simulable?: boolean
  /** The most blocks; default 3. */
  readonly blocks?: number
}

/** Inner models drawn from the tree's grammar, valid by construction. */
export function randomModels({
  simulable = false,
  blocks: mostBlocks = 3,
}: RandomModelOptions = {}): fc.Arbitrary<RandomModel> {
  const surroundings: fc.Arbitrary<Surroundings> = simulable
    ? fc.constantFrom(...simulableSizes)
    : fc.integer({ min: 3, max: 11 }).map((width) => ({ width }))
  return surroundings.chain((shared) =>
    fc
      .record({
        ends: ends(shared, simulable),
        blocks: fc.array(blocks(shared), { minLength: 1, maxLength: mostBlocks }),
        finalNorm: fc.option(norms(shared.width), { nil: undefined }),
        seed: fc.nat(1_000_000),
        gain: fc.constantFrom(1, 1, 0.3, 3),
      })
      .map(({ ends, blocks, finalNorm, seed, gain }) => ({
        config: { model_type: 'random' as const, description: described(shared, ends, blocks, finalNorm) },
        seed,
        gain,
      })),
  )
}

function described(
  { width, heads }: Surroundings,
  ends: Ends,
  blocks: readonly Make[],
  finalNorm: Make<Norm> | undefined,
): InnerModelDescription {
  return {
    family: 'random',
    width,
    heads: heads?.count ?? 1,
    vocabularySize: ends.vocabularySize,
    maximumPositions,
    embedding: ends.embedding,
    blocks: blocks.map((make, index) => make(`blocks.${index}`)),
    ...(finalNorm === undefined ? {} : { finalNorm: finalNorm('final') }),
    head: ends.head,
  }
}

interface Ends {
  readonly vocabularySize: number
  readonly embedding: Embedding
  readonly head: Head
}

/** Embedding and head: tied or not, of the model's width or projected, with learned positions, a norm, a bias, or without. */
function ends({ width }: Surroundings, narrow: boolean): fc.Arbitrary<Ends> {
  const otherWidth = fc.integer({ min: 2, max: narrow ? width : width + 3 })
  return fc
    .record({
      vocabularySize: fc.integer({ min: 5, max: 17 }),
      embeddingWidth: fc.option(otherWidth, { nil: width }),
      headWidth: fc.option(otherWidth, { nil: width }),
      tied: fc.boolean(),
      offset: fc.option(fc.constantFrom(0, 2), { nil: undefined }),
      norm: fc.option(norms(width), { nil: undefined }),
      bias: fc.boolean(),
    })
    .map(({ vocabularySize, embeddingWidth, headWidth, tied, offset, norm, bias }) => {
      const tokens = { name: 'tokens', shape: [vocabularySize, embeddingWidth] }
      const headInput = tied ? embeddingWidth : headWidth
      const projection = { name: 'embedding.projection', shape: [width, embeddingWidth] }
      const positions = { name: 'positions', shape: [maximumPositions + (offset ?? 0), width] }
      return {
        vocabularySize,
        embedding: {
          tokens,
          ...(embeddingWidth === width ? {} : { projection }),
          ...(norm === undefined ? {} : { norm: norm('embedding.norm') }),
          ...(offset === undefined ? {} : { positions: { weight: positions, offset } }),
        },
        head: {
          vocabulary: tied ? tokens : { name: 'head', shape: [vocabularySize, headInput] },
          ...(headInput === width
            ? {}
            : { projection: { name: 'head.projection', shape: [headInput, width] } }),
          ...(bias ? { bias: { name: 'head.bias', shape: [vocabularySize] } } : {}),
        },
      }
    })
}
