import { type Layer, leavesOf, type Norm, parametersOf } from '../layers/layer'
import type { WeightReference } from '../weights/reference'

/** How token ids become vectors. Frozen: a training step does not change it. */
export interface Embedding {
  /** `[vocabulary, embedding width]` */
  readonly tokens: WeightReference
  /** From the embedding width to the model's, `[width, embedding width]`, where they differ (OPT-350M). */
  readonly projection?: WeightReference | undefined
  /** Applied to the sum (BLOOM). */
  readonly norm?: Norm | undefined
  /** Learned positions: `[maximum positions + offset, width]`; position `p` is row `p + offset` (OPT: 2). */
  readonly positions?: { readonly weight: WeightReference; readonly offset: number } | undefined
}

/** How vectors become logits. Frozen: a training step does not change it. */
export interface Head {
  /** From the model's width to the embedding width, `[embedding width, width]`, where they differ (OPT-350M). */
  readonly projection?: WeightReference | undefined
  /** `[vocabulary, embedding width]`; the embedding's own reference where the head is tied. */
  readonly vocabulary: WeightReference
  /** Added to the logits, `[vocabulary]` (GPT-J). */
  readonly bias?: WeightReference | undefined
}

/** An inner model without its numbers: everything that planning, counting and inspecting need. */
export interface InnerModelDescription {
  /** `model_type` of the configuration. */
  readonly family: string
  readonly width: number
  readonly heads: number
  readonly vocabularySize: number
  /** The longest context. */
  readonly maximumPositions: number
  readonly embedding: Embedding
  /** One tree for each transformer block. */
  readonly blocks: readonly Layer[]
  readonly finalNorm?: Norm | undefined
  readonly head: Head
}

/** The parameters of the embedding and the head, which are frozen; a tied head's once. */
export function frozenParameters({ embedding, head }: InnerModelDescription): WeightReference[] {
  const references = [
    embedding.tokens,
    embedding.projection,
    embedding.positions?.weight,
    ...(embedding.norm === undefined ? [] : parametersOf(embedding.norm)),
    head.projection,
    head.vocabulary,
    head.bias,
  ].filter((reference) => reference !== undefined)
  return [...new Set(references)]
}

/** The parameters of the last `layers` blocks (all by default) and of the final norm. */
export function blockParameters(
  description: InnerModelDescription,
  layers = description.blocks.length,
): WeightReference[] {
  const blocks = description.blocks.slice(description.blocks.length - layers)
  const trees: Layer[] = description.finalNorm === undefined ? blocks : [...blocks, description.finalNorm]
  return trees.flatMap(leavesOf).flatMap(parametersOf)
}

/** All parameters of a model. */
export function allParameters(description: InnerModelDescription): WeightReference[] {
  return [...frozenParameters(description), ...blockParameters(description)]
}
