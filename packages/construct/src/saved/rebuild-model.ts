import * as tf from '@tensorflow/tfjs-core'
import {
  frozenParameters,
  type InnerModel,
  type InnerModelDescription,
  parameterShape,
  readWeights,
  WeightTable,
  yieldToEvents,
} from '@tintjs/inner'
import { disposeStructure } from '@tintjs/tensor'
import type { TintDimensions } from '../plan/dimensions'
import { decodePrefixes } from '../prefixes/decode'
import { groupByLeaf, type PrefixSource } from '../prefixes/prefix-source'
import { PrefixTable } from '../prefixes/prefix-table'
import type { TintProgram } from '../program/program'
import { prefixSources } from '../simulator'
import { prefixStateOf } from '../state/dense-state'
import type { TensorFile } from './tensor-file'

/** What an inner model is rebuilt from. */
export interface ModelParts {
  readonly description: InnerModelDescription
  readonly config: unknown
  readonly program: TintProgram
  readonly dimensions: TintDimensions
  readonly frozen: TensorFile
  readonly prefixes: TensorFile
}

/**
 * Rebuilds an inner model: embedding and head as they were saved, and all other weights out of the prefixes that hold
 * them, bit for bit. The peak is the model and the prefixes of one leaf.
 *
 * @param afterTensor called with the bytes of each tensor that was read; may throw to stop
 * @returns the model, owned by the caller; nothing stays allocated when it throws
 */
export async function rebuildModel(
  parts: ModelParts,
  afterTensor: (bytes: number) => void,
): Promise<InnerModel> {
  const { description, config, program, frozen } = parts
  const weights = new WeightTable()
  try {
    let before = 0
    const onProgress = ({ loadedBytes }: { loadedBytes: number }) => {
      afterTensor(loadedBytes - before)
      before = loadedBytes
    }
    await readWeights(frozenParameters(description), frozen, weights, { onProgress })
    for (const sources of groupByLeaf(prefixSources(program))) {
      await readLeaf(sources, parts, weights, afterTensor)
      await yieldToEvents()
    }
  } catch (error) {
    weights.dispose()
    throw error
  }
  return { description, weights, config, dispose: () => weights.dispose() }
}

/** Reads the prefixes of one leaf and keeps its weights only. */
async function readLeaf(
  sources: readonly PrefixSource[],
  { dimensions, prefixes }: ModelParts,
  weights: WeightTable,
  afterTensor: (bytes: number) => void,
): Promise<void> {
  const table = new PrefixTable()
  try {
    for (const source of sources) {
      const data = await prefixes.read(source.name)
      const dense = tf.tensor3d(data, [1, dimensions.prefixTokens, dimensions.hiddenSize])
      table.set(source, prefixStateOf(dense, dimensions))
      dense.dispose()
      afterTensor(data.byteLength)
    }
    const decoded = decodePrefixes(sources, table)
    for (const { reference, value } of decoded) {
      weights.set(reference, tf.reshape(value, parameterShape(reference)))
    }
    disposeStructure(decoded.map(({ value }) => value))
  } finally {
    table.dispose()
  }
}
