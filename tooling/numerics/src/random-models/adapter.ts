import * as tf from '@tensorflow/tfjs-core'
import {
  allParameters,
  defineAdapter,
  type InnerModel,
  type InnerModelDescription,
  leavesOf,
  parameterShape,
  type WeightReference,
  WeightTable,
} from '@tintjs/inner'
import * as z from 'zod'
import type { RandomModel } from './model'
import { randomNumbers } from './random-numbers'

/** Reads the configuration of a random model, which is the description itself. */
export const randomAdapter = defineAdapter<{ description: InnerModelDescription }>({
  family: 'random',
  config: z.object({ description: z.custom<InnerModelDescription>() }),
  ignoredFields: [],
  build: ({ description }) => withIdentities(description),
})

/** A parameter is an object, the same one where it is the same parameter; JSON has no such thing. */
function withIdentities(description: InnerModelDescription): InnerModelDescription {
  const known = new Map<string, WeightReference>()
  return JSON.parse(JSON.stringify(description), (_, value: unknown) => {
    if (!isReference(value)) return value
    const key = JSON.stringify(value)
    const reference = known.get(key) ?? value
    known.set(key, reference)
    return reference
  })
}

function isReference(value: unknown): value is WeightReference {
  return typeof value === 'object' && value !== null && 'shape' in value && 'name' in value
}

/**
 * The model with random weights: matrices by their input's width, so that they keep numbers near 1 but for the gain, scales of
 * norms around 1 and of either sign, biases small. The same on every engine.
 *
 * @returns the model, which the caller disposes
 */
export function makeModel({ config, seed, gain }: RandomModel): InnerModel {
  const description = randomAdapter.describe(config)
  const { embedding, blocks, finalNorm } = description
  const trees = [...blocks, finalNorm, embedding.norm].filter((tree) => tree !== undefined)
  const scales = new Set(
    trees.flatMap(leavesOf).flatMap((leaf) => (leaf.kind === 'norm' && leaf.scale ? [leaf.scale] : [])),
  )
  const draw = randomNumbers(seed)
  const weights = new WeightTable()
  for (const reference of allParameters(description)) {
    const shape = parameterShape(reference)
    const reach = shape.length === 1 ? 0.5 : gain * Math.sqrt(3 / (shape[1] ?? 1))
    const size = shape.reduce((product, each) => product * each, 1)
    const values = Float32Array.from({ length: size }, () => {
      const value = reach * draw()
      if (!scales.has(reference)) return value
      return draw() > 0.8 ? value - 1 : value + 1
    })
    weights.set(reference, tf.tensor(values, shape))
  }
  return { description, weights, config, dispose: () => weights.dispose() }
}
