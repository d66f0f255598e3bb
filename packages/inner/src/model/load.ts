import { CheckpointError, handOver, InputError, requireEngine } from '@tintjs/tensor'
import type { Adapter } from '../adapter/adapter'
import { adapterFor } from '../adapter/registry'
import { type Checkpoint, openCheckpoint } from '../checkpoint/checkpoint'
import type { CheckpointSource } from '../checkpoint/source'
import { groupByTensor, readParameter, sharedShape, type WeightReference } from '../weights/reference'
import { WeightTable } from '../weights/table'
import { allParameters, type InnerModelDescription } from './description'
import { yieldToEvents } from './events'
import type { InnerModel } from './inner-model'

/** How far loading has come, in checkpoint bytes. */
export interface LoadProgress {
  readonly loadedBytes: number
  readonly totalBytes: number
}

/** How to load a model. */
export interface LoadOptions {
  /** The families that can be loaded. */
  readonly adapters: readonly Adapter[]
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined
  /** Stops loading; what was loaded is freed. */
  readonly signal?: AbortSignal | undefined
}

/** A model's description with the checkpoint that it describes. */
export interface DescribedModel {
  readonly description: InnerModelDescription
  readonly checkpoint: Checkpoint
  /** Tensors of the checkpoint that the model does not use, such as attention masks of old versions. */
  readonly unusedTensors: readonly string[]
}

/**
 * Describes the model of a checkpoint from its configuration and tensor headers; reads no numbers.
 *
 * @throws ConfigError when no adapter fits or a configuration value is not supported
 * @throws CheckpointError when a tensor is missing or has another shape than the configuration says
 */
export async function describeInnerModel(
  source: CheckpointSource,
  { adapters }: Pick<LoadOptions, 'adapters'>,
): Promise<DescribedModel> {
  checkSource(source)
  const checkpoint = await openCheckpoint(source)
  const description = adapterFor(checkpoint.config, adapters).describe(checkpoint.config, checkpoint.tensors)
  const used = new Set<string>()
  for (const reference of allParameters(description)) {
    checkTensor(checkpoint, reference)
    used.add(reference.name)
  }
  const unusedTensors = [...checkpoint.tensors.keys()].filter((name) => !used.has(name))
  return { description, checkpoint, unusedTensors }
}

/**
 * Loads an inner model: checks everything, then reads its weights as float32.
 *
 * @returns the model, which the caller disposes
 * @throws ConfigError and CheckpointError as {@link describeInnerModel}; nothing stays allocated
 */
export async function loadInnerModel(source: CheckpointSource, options: LoadOptions): Promise<InnerModel> {
  requireEngine()
  const { description, checkpoint } = await describeInnerModel(source, options)
  const weights = new WeightTable()
  try {
    await readWeights(allParameters(description), checkpoint, weights, options)
  } catch (error) {
    weights.dispose()
    throw error
  }
  return { description, weights, config: checkpoint.config, dispose: () => weights.dispose() }
}

/** Programs without types get a sentence too. */
function checkSource(source: unknown): void {
  if (typeof source === 'object' && source !== null && 'list' in source && 'read' in source) return
  throw new InputError(
    `The checkpoint source is ${typeof source === 'string' ? `the text "${source}"` : typeof source}; expected a CheckpointSource, such as folderSource('path') of '@tintjs/inner/node'.`,
  )
}

/**
 * Reads parameters out of a checkpoint's tensors, one tensor at a time, so that the peak is the parameters and one tensor.
 *
 * @param checkpoint has every tensor that the parameters name, in the shape that they say
 * @param weights takes the parameters; it stays the caller's, also when reading fails
 */
export async function readWeights(
  references: readonly WeightReference[],
  checkpoint: Pick<Checkpoint, 'tensors' | 'read'>,
  weights: WeightTable,
  { onProgress, signal }: Pick<LoadOptions, 'onProgress' | 'signal'>,
): Promise<void> {
  const byTensor = groupByTensor(references)
  const bytesOf = (name: string) => {
    const entry = checkpoint.tensors.get(name)
    return entry === undefined ? 0 : entry.end - entry.start
  }
  const totalBytes = [...byTensor.keys()].reduce((total, name) => total + bytesOf(name), 0)
  let loadedBytes = 0
  for (const [name, parts] of byTensor) {
    signal?.throwIfAborted()
    const stored = handOver(await checkpoint.read(name), sharedShape(parts))
    try {
      for (const reference of parts) weights.set(reference, readParameter(stored, reference))
    } finally {
      stored.dispose()
    }
    loadedBytes += bytesOf(name)
    onProgress?.({ loadedBytes, totalBytes })
    await yieldToEvents()
  }
}

function checkTensor({ name: checkpointName, tensors }: Checkpoint, { name, shape }: WeightReference): void {
  const entry = tensors.get(name)
  if (entry === undefined) {
    throw new CheckpointError(
      `The tensor ${name} is missing in ${checkpointName}; expected it with shape [${shape.join(', ')}], as config.json says.`,
    )
  }
  if (entry.shape.length !== shape.length || entry.shape.some((size, axis) => size !== shape[axis])) {
    throw new CheckpointError(
      `The tensor ${name} in ${checkpointName} has shape [${entry.shape.join(', ')}]; expected [${shape.join(', ')}], as config.json says.`,
    )
  }
}
