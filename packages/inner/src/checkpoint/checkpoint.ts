import { CheckpointError, parseShardIndex, type TensorEntry } from '@tintjs/tensor'
import { byteSourceOf, type CheckpointSource, readJson, readText } from './source'
import { type LocatedTensor, type WeightFormat, weightFileNames, weightFormatOf } from './weight-format'

/** A checkpoint whose configuration and tensor headers are read, and whose numbers are not. */
export interface Checkpoint {
  /** What messages call it. */
  readonly name: string
  /** `config.json`, not yet checked. */
  readonly config: unknown
  /** Every tensor by name. */
  readonly tensors: ReadonlyMap<string, TensorEntry>
  /**
   * Reads one tensor's numbers as float32.
   *
   * @throws CheckpointError when there is no such tensor, or its type cannot be read
   */
  read(name: string): Promise<Float32Array>
}

/**
 * Opens a checkpoint: reads `config.json` and the headers of its weights, nothing else. Weights are safetensors
 * files or, where there are none, `pytorch_model.bin` (of which nothing is executed), in one file or in shards.
 *
 * @throws CheckpointError naming the file that is missing or damaged
 */
export async function openCheckpoint(source: CheckpointSource): Promise<Checkpoint> {
  const config = await readJson(source, 'config.json')
  const located = await locateTensors(source)
  return {
    name: source.name,
    config,
    tensors: new Map([...located].map(([name, { entry }]) => [name, entry])),
    read: async (name) => {
      const tensor = located.get(name)
      if (tensor === undefined) throw new CheckpointError(`There is no tensor ${name} in ${source.name}.`)
      return tensor.read()
    },
  }
}

async function locateTensors(source: CheckpointSource): Promise<ReadonlyMap<string, LocatedTensor>> {
  const files = new Map((await source.list()).map((file) => [file.path, file]))
  const format = weightFormatOf((path) => files.has(path))
  if (format === undefined) {
    throw new CheckpointError(
      `There is neither ${weightFileNames} in ${source.name}; expected weights in one of these files.`,
    )
  }
  const single = files.get(format.singleFile)
  return single === undefined ? locateInShards(source, format) : format.locate(byteSourceOf(source, single))
}

async function locateInShards(
  source: CheckpointSource,
  { indexFile, ending, locate }: WeightFormat,
): Promise<ReadonlyMap<string, LocatedTensor>> {
  const files = new Map((await source.list()).map((file) => [file.path, file]))
  const index = parseShardIndex(await readText(source, indexFile), indexFile, ending)
  const shards = new Map<string, ReadonlyMap<string, LocatedTensor>>()
  for (const path of index.files) {
    const file = files.get(path)
    if (file === undefined) {
      throw new CheckpointError(
        `${indexFile} in ${source.name} names the shard ${path}, which is missing; fetch it too.`,
      )
    }
    shards.set(path, await locate(byteSourceOf(source, file)))
  }
  const located = new Map<string, LocatedTensor>()
  for (const [name, path] of index.weightMap) {
    const tensor = shards.get(path)?.get(name)
    if (tensor === undefined) {
      throw new CheckpointError(
        `${indexFile} says that ${name} is in ${path}, but that file has no such tensor; fetch both again.`,
      )
    }
    located.set(name, tensor)
  }
  return located
}
