import type { Normalisation } from '@tintjs/tensor'
import type { WeightReference } from '../weights/reference'
import type { AttentionPositions } from './positions'

/** `y = W x + b` at every position; `W` is `[outputWidth, inputWidth]`. */
export interface Linear {
  readonly kind: 'linear'
  readonly name: string
  readonly inputWidth: number
  readonly outputWidth: number
  readonly weight: WeightReference
  readonly bias?: WeightReference | undefined
}

/** `y = scale * normalised(x) + bias` at every position. */
export interface Norm {
  readonly kind: 'norm'
  readonly name: string
  readonly normalisation: Normalisation
  readonly width: number
  readonly epsilon: number
  readonly scale?: WeightReference | undefined
  readonly bias?: WeightReference | undefined
}

/** A function of each number on its own. */
export interface Activation {
  readonly kind: 'activation'
  readonly name: string
  readonly activation: ActivationName
  readonly width: number
}

/** The activations that inner models use, by their names in Hugging Face configurations. */
export const activationNames = [
  'relu',
  'gelu',
  'gelu_new',
  'gelu_fast',
  'gelu_pytorch_tanh',
  'silu',
  'tanh',
  'quick_gelu',
] as const

/** One of {@link activationNames}. */
export type ActivationName = (typeof activationNames)[number]

/** Causal softmax attention over the images that its three linear children make; the output projection is a layer after it. */
export interface Attention {
  readonly kind: 'attention'
  readonly name: string
  readonly heads: number
  /** Heads of keys and values, each shared by a group of neighbouring query heads; default as many as `heads`. */
  readonly keyValueHeads?: number | undefined
  /** How scores know where tokens stand; by default they do not. */
  readonly positions?: AttentionPositions | undefined
  /** A row looks at the last so many tokens only, itself included; default at all before it. */
  readonly window?: number | undefined
  /** What scores are multiplied with, usually `1 / sqrt(head width)`. */
  readonly scale: number
  readonly query: Linear
  readonly key: Linear
  readonly value: Linear
}

/** One layer after another. */
export interface Sequence {
  readonly kind: 'sequence'
  readonly layers: readonly Layer[]
}

/** `x + body(x)` */
export interface Residual {
  readonly kind: 'residual'
  readonly body: Layer
}

/** The sum of what the branches make of the same input. */
export interface Sum {
  readonly kind: 'sum'
  readonly branches: readonly Layer[]
}

/** The product, number by number, of what two branches make of the same input. */
export interface Product {
  readonly kind: 'product'
  readonly branches: readonly [Layer, Layer]
}

/** A node of the tree that an inner model is: a leaf with parameters, or a way to combine layers. */
export type Layer = Linear | Norm | Activation | Attention | Sequence | Residual | Sum | Product

/** The nodes that hold parameters or compute something by themselves. */
export type Leaf = Linear | Norm | Activation

/** Composes layers one after another. */
export function sequence(...layers: readonly Layer[]): Sequence {
  return { kind: 'sequence', layers }
}

/** Adds a layer's output to its input. */
export function residual(body: Layer): Residual {
  return { kind: 'residual', body }
}

/** Adds what several layers make of the same input. */
export function sum(...branches: readonly Layer[]): Sum {
  return { kind: 'sum', branches }
}

/** Multiplies what two layers make of the same input. */
export function product(first: Layer, second: Layer): Product {
  return { kind: 'product', branches: [first, second] }
}

/** All leaves of a tree in the order in which a forward pass meets them. */
export function leavesOf(layer: Layer): Leaf[] {
  switch (layer.kind) {
    case 'linear':
    case 'norm':
    case 'activation':
      return [layer]
    case 'attention':
      return [layer.query, layer.key, layer.value]
    case 'sequence':
      return layer.layers.flatMap(leavesOf)
    case 'residual':
      return leavesOf(layer.body)
    case 'sum':
    case 'product':
      return layer.branches.flatMap(leavesOf)
  }
}

/** All attention layers of a tree. */
export function attentionLayersOf(layer: Layer): Attention[] {
  switch (layer.kind) {
    case 'attention':
      return [layer]
    case 'sequence':
      return layer.layers.flatMap(attentionLayersOf)
    case 'residual':
      return attentionLayersOf(layer.body)
    case 'sum':
    case 'product':
      return layer.branches.flatMap(attentionLayersOf)
    default:
      return []
  }
}

/** The parameters of a leaf. */
export function parametersOf(leaf: Leaf): WeightReference[] {
  switch (leaf.kind) {
    case 'linear':
      return leaf.bias === undefined ? [leaf.weight] : [leaf.weight, leaf.bias]
    case 'norm':
      return [leaf.scale, leaf.bias].filter((reference) => reference !== undefined)
    case 'activation':
      return []
  }
}
