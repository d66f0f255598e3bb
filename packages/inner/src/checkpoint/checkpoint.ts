import {
  type ByteSource,
  CheckpointError,
  parseShardIndex,
  readSafetensorsHeader,
  readTensorData,
  type TensorEntry,
} from '@tintjs/tensor'
import { byteSourceOf, type CheckpointSource, readJson, readText } from './source'

const singleFile = 'model.safetensors'
const indexFile = 'model.safetensors.index.json'

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
 * Opens a checkpoint: reads `config.json` and the headers of its safetensors files, nothing else.
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
      const place = located.get(name)
      if (place === undefined) throw new CheckpointError(`There is no tensor ${name} in ${source.name}.`)
      return readTensorData(place.file, place.entry)
    },
  }
}

interface LocatedTensor {
  readonly file: ByteSource
  readonly entry: TensorEntry
}

async function locateTensors(source: CheckpointSource): Promise<Map<string, LocatedTensor>> {
  const files = new Map((await source.list()).map((file) => [file.path, file]))
  const single = files.get(singleFile)
  if (single !== undefined) return readShard(byteSourceOf(source, single))
  if (!files.has(indexFile)) {
    throw new CheckpointError(
      `There is neither ${singleFile} nor ${indexFile} in ${source.name}; expected weights in the safetensors format.`,
    )
  }
  const index = parseShardIndex(await readText(source, indexFile), indexFile)
  const shards = new Map<string, Map<string, LocatedTensor>>()
  for (const path of index.files) {
    const file = files.get(path)
    if (file === undefined) {
      throw new CheckpointError(
        `${indexFile} in ${source.name} names the shard ${path}, which is missing; fetch it too.`,
      )
    }
    shards.set(path, await readShard(byteSourceOf(source, file)))
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

async function readShard(file: ByteSource): Promise<Map<string, LocatedTensor>> {
  const { tensors } = await readSafetensorsHeader(file)
  return new Map([...tensors].map(([name, entry]) => [name, { file, entry }]))
}
