import { byteSourceOf, type Checkpoint, type CheckpointSource } from '@tintjs/inner'
import { CheckpointError, readSafetensorsHeader, readTensorData } from '@tintjs/tensor'
import type { TensorOutline } from './outlines'

/** The tensors of one file, of which headers are read and numbers are not. */
export type TensorFile = Pick<Checkpoint, 'tensors' | 'read'>

/**
 * Opens a safetensors file of a saved simulator.
 *
 * @param path a file that is there
 * @param expected all of its tensors
 * @throws CheckpointError when a tensor is missing, is not expected, or has another shape
 */
export async function openTensorFile(
  source: CheckpointSource,
  { path, bytes }: { readonly path: string; readonly bytes: number },
  expected: readonly TensorOutline[],
): Promise<TensorFile> {
  const file = byteSourceOf(source, { path, size: bytes })
  const { tensors } = await readSafetensorsHeader(file)
  const where = `${path} in ${source.name}`
  for (const { name, shape } of expected) {
    const found = tensors.get(name)?.shape
    if (found === undefined) {
      throw new CheckpointError(
        `The tensor ${name} is missing in ${where}; expected it with shape [${shape.join(', ')}]. Construct the simulator again.`,
      )
    }
    if (found.join() !== shape.join()) {
      throw new CheckpointError(
        `The tensor ${name} in ${where} has shape [${found.join(', ')}]; expected [${shape.join(', ')}]. Construct the simulator again.`,
      )
    }
  }
  const names = new Set(expected.map(({ name }) => name))
  const extra = [...tensors.keys()].find((name) => !names.has(name))
  if (extra !== undefined) {
    throw new CheckpointError(
      `${where} has the tensor ${extra}, which this simulator has no place for; expected ${names.size} others. Construct the simulator again.`,
    )
  }
  return {
    tensors,
    async read(name) {
      const entry = tensors.get(name)
      if (entry === undefined) throw new CheckpointError(`There is no tensor ${name} in ${where}.`)
      return readTensorData(file, entry)
    },
  }
}
