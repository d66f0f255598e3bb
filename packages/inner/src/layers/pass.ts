import type * as tf from '@tensorflow/tfjs-core'
import type { ParameterChange, ParameterValues } from '../weights/parameters'
import type { AttentionContext } from './attention-context'
import type { BandProbabilities } from './causal-bands'
import type { GradientRules } from './gradient-rules'
import type { KeyValueCache } from './key-value-cache'
import type { Activation, Linear, Norm } from './layer'

/** What all layers of one forward pass share. */
export interface ForwardPass {
  readonly parameters: ParameterValues
  /** Which token may look at which, and where tokens stand. */
  readonly attention: AttentionContext
  /** Keys and values of the tokens before the input's, for generating text one token at a time. */
  readonly cache?: KeyValueCache | undefined
  /** What the backward will ask for, so that nothing else is kept; everything where it is left out. */
  readonly backward?: Pick<BackwardPass, 'rules' | 'positions'> | undefined
}

/** What all layers of one backward pass share. */
export interface BackwardPass {
  readonly parameters: ParameterValues
  /** The forward's. */
  readonly attention: AttentionContext
  readonly rules: GradientRules
  /** The gradient covers the first so many positions; it is zero at all later ones. */
  readonly positions: number
}

/** A linear keeps its input for the backward pass. */
export interface LinearMemory {
  readonly kind: 'linear'
  readonly input: tf.Tensor3D
}

/** A norm keeps its input, the normalised input, and what that was multiplied by. */
export interface NormMemory {
  readonly kind: 'norm'
  readonly input: tf.Tensor3D
  readonly normalised: tf.Tensor3D
  readonly inverseScale: tf.Tensor3D
}

/** An activation keeps its input. */
export interface ActivationMemory {
  readonly kind: 'activation'
  readonly input: tf.Tensor3D
}

/** Attention keeps its input (in its children), the probabilities, and what the scores were made of. */
export interface AttentionMemory {
  readonly kind: 'attention'
  readonly query: LinearMemory
  readonly key: LinearMemory
  readonly value: LinearMemory
  /** In bands of rows, all of them or the first positions where the backward asks for no more. */
  readonly probabilities: readonly BandProbabilities[]
  /** Where the backward passes through the scores too. */
  readonly scored: ScoredHeads | undefined
}

/** `[batch, heads, N, head width]`: queries already scaled and, with keys, turned; keys and values by their own heads. */
export interface ScoredHeads {
  readonly queries: tf.Tensor4D
  readonly keys: tf.Tensor4D
  readonly values: tf.Tensor4D
}

/** Combinators keep what their children keep; a product keeps its children's outputs too. */
export interface CombinedMemory {
  readonly kind: 'combined'
  readonly children: readonly LayerMemory[]
  readonly outputs: readonly tf.Tensor3D[]
}

/** What a layer keeps in its forward for its backward. */
export type LayerMemory = LinearMemory | NormMemory | ActivationMemory | AttentionMemory | CombinedMemory

/** What a layer's forward gives. */
export interface Forwarded<Memory extends LayerMemory = LayerMemory> {
  readonly output: tf.Tensor3D
  readonly memory: Memory
}

/** What a layer's backward gives: the gradient of its input and how its parameters are to change. */
export interface Backwarded {
  readonly inputGradient: tf.Tensor3D
  readonly changes: readonly ParameterChange[]
}

/** What a leaf needs of a forward and of a backward pass. */
export type LeafForwardPass = Pick<ForwardPass, 'parameters'>
export type LeafBackwardPass = Omit<BackwardPass, 'attention'>

/**
 * The arithmetic of a leaf, in one file for each: forward, backward and descend side by side. All run inside the
 * caller's `tf.tidy`: they own nothing and dispose nothing.
 */
export interface LeafArithmetic<Leaf extends Linear | Norm | Activation, Memory extends LayerMemory> {
  /** `input` and output are `[batch, N, width]`. */
  forward(leaf: Leaf, input: tf.Tensor3D, pass: LeafForwardPass): Forwarded<Memory>
  /** From the gradient of the output to the gradient of the input, both `[batch, positions, width]`. */
  backward(leaf: Leaf, outputGradient: tf.Tensor3D, memory: Memory, pass: LeafBackwardPass): tf.Tensor3D
  /** How the leaf's parameters are to change. */
  descend(leaf: Leaf, outputGradient: tf.Tensor3D, memory: Memory, pass: LeafBackwardPass): ParameterChange[]
}
