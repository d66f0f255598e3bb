import * as tf from '@tensorflow/tfjs-core'
import { handOver, requireEngine } from '@tintjs/tensor'
import type { Adapter } from '../adapter/adapter'
import { type Layer, leavesOf } from '../layers/layer'
import { parameterShape, type WeightReference } from '../weights/reference'
import { WeightTable } from '../weights/table'
import { allParameters, type InnerModelDescription } from './description'
import type { InnerModel } from './inner-model'

/**
 * An inner model with random weights: matrices and embeddings uniform around 0 with deviation 0.02, norm
 * scales 1, biases 0, much as language models start their training. For benchmarks and tests of a shape without a checkpoint.
 *
 * @param config a configuration as `config.json` has it
 * @param seed the same seed gives the same weights, on every engine
 * @returns the model, which the caller disposes
 */
export function initialiseInnerModel(adapter: Adapter, config: unknown, seed = 0): InnerModel {
  requireEngine()
  const description = adapter.describe(config)
  const ones = new Set(normScales(description))
  const weights = new WeightTable()
  allParameters(description).forEach((reference, index) => {
    weights.set(
      reference,
      tf.tidy(() => initialValue(reference, ones.has(reference), seed * 100_003 + index)),
    )
  })
  return { description, weights, config, dispose: () => weights.dispose() }
}

function initialValue(reference: WeightReference, one: boolean, seed: number): tf.Tensor {
  const shape = parameterShape(reference)
  if (one) return tf.ones(shape)
  return shape.length === 1 ? tf.zeros(shape) : randomMatrix(shape, seed)
}

const deviation = 0.02

/** Uniform numbers of the given deviation from Marsaglia's xorshift: a hundred times faster than normal ones in JavaScript. */
function randomMatrix(shape: number[], seed: number): tf.Tensor {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1))
  const width = 2 * deviation * Math.sqrt(3)
  let state = (seed + 1) * 2_654_435_761
  for (let index = 0; index < values.length; index++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    values[index] = (state / 4_294_967_296) * width
  }
  return handOver(values, shape)
}

function normScales({ embedding, blocks, finalNorm }: InnerModelDescription): WeightReference[] {
  const trees: (Layer | undefined)[] = [embedding.norm, ...blocks, finalNorm]
  return trees
    .filter((layer) => layer !== undefined)
    .flatMap(leavesOf)
    .flatMap((leaf) => (leaf.kind === 'norm' && leaf.scale !== undefined ? [leaf.scale] : []))
}
