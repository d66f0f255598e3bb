import * as tf from '@tensorflow/tfjs-core'
import type { Pairing } from '@tintjs/tensor'
import * as fc from 'fast-check'
import type { GradientRules } from '../layers/gradient-rules'
import { type Attention, type Layer, type Linear, leavesOf, parametersOf } from '../layers/layer'
import { type AttentionPositions, alibiSlopes, rotaryFrequencies } from '../layers/positions'
import { parameterShape, type WeightReference } from '../weights/reference'
import { WeightTable } from '../weights/table'

/** Of the layers here, as small as lets attention have heads of several widths. */
export const width = 8

let names = 0

/** A parameter of a name of its own. */
export const reference = (...shape: number[]): WeightReference => ({ name: `w${names++}`, shape })

export function linear(inputWidth: number, outputWidth: number, bias = true): Linear {
  const weight = reference(outputWidth, inputWidth)
  return {
    kind: 'linear',
    name: '',
    inputWidth,
    outputWidth,
    weight,
    bias: bias ? reference(outputWidth) : undefined,
  }
}

/** What the attention layers of tests differ in. */
export interface AttentionOptions {
  /** Default 2. */
  readonly heads?: number
  /** Heads that share keys and values, as far as there are so many; default 1. */
  readonly groups?: number
  /** Default `none`. */
  readonly positions?: 'none' | 'alibi' | Pairing
  /** Numbers of a head that rotary positions turn, as far as it has so many; default all. */
  readonly turned?: number
  /** Default none. */
  readonly window?: number | undefined
}

export function attentionOf(options: AttentionOptions = {}): Attention {
  const { heads = 2, groups = 1, positions = 'none', turned = width, window } = options
  const headWidth = width / heads
  const keyValueHeads = heads / Math.min(heads, groups)
  return {
    kind: 'attention',
    name: '',
    heads,
    keyValueHeads,
    window,
    positions: positionsOf(positions, heads, Math.min(turned, headWidth)),
    scale: Math.sqrt(heads / width),
    query: linear(width, width),
    key: linear(width, keyValueHeads * headWidth),
    value: linear(width, keyValueHeads * headWidth),
  }
}

function positionsOf(
  positions: Required<AttentionOptions>['positions'],
  heads: number,
  turned: number,
): AttentionPositions | undefined {
  if (positions === 'none') return undefined
  if (positions === 'alibi') return { kind: 'alibi', slopes: alibiSlopes(heads) }
  return { kind: 'rotary', pairing: positions, frequencies: rotaryFrequencies(turned, 10) }
}

/** Attention with heads of its own or shared, with positions of every kind, and windows of the given sizes. */
export const attentionLayers = (...windows: readonly AttentionOptions['window'][]): fc.Arbitrary<Attention> =>
  fc
    .record({
      heads: fc.constantFrom(1, 2, 4),
      groups: fc.constantFrom(1, 2, 4),
      positions: fc.constantFrom(...(['none', 'halves', 'neighbours', 'alibi'] as const)),
      turned: fc.constantFrom(2, 4, 8),
      window: fc.constantFrom(...windows),
    })
    .map(attentionOf)

/** Numbers between `-scale` and `scale`, owned by the caller. */
function randomTensor(shape: number[], seed: number, scale = 1): tf.Tensor {
  return tf.randomUniform(shape, -scale, scale, 'float32', seed)
}

/** `[batch, positions, width]`, owned by the caller. */
export function randomInput(batch: number, positions: number, seed: number, scale = 1): tf.Tensor3D {
  return randomTensor([batch, positions, width], seed, scale) as tf.Tensor3D
}

/** Random parameters for all leaves of a layer, owned by the caller. */
export function randomWeights(layer: Layer, seed: number): WeightTable {
  const weights = new WeightTable()
  for (const [index, weight] of leavesOf(layer).flatMap(parametersOf).entries()) {
    weights.set(weight, randomTensor(parameterShape(weight), seed + index, 0.7))
  }
  return weights
}

/** Exact back-propagation into everything. */
export const exactRules: GradientRules = {
  attention: 'full',
  derivative: { kind: 'analytic' },
  updateNormWeights: true,
  biasRateMultiplier: () => 1,
}
