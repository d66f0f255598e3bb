import { CheckpointError } from '@tintjs/tensor'
import type { CheckpointSource } from './source'

/**
 * A checkpoint whose files are `File` objects: dropped on a page or chosen in a form. Ranges are read through
 * `file.slice`, so that a big file is never in memory as a whole.
 *
 * @param name what messages call the checkpoint, e.g. the dropped folder's name
 * @param files the files of the checkpoint's top level; others beside them do no harm
 * @throws CheckpointError when two of the files have the same name
 */
export function filesSource(name: string, files: Iterable<File>): CheckpointSource {
  const byName = new Map<string, File>()
  for (const file of files) {
    if (byName.has(file.name)) {
      throw new CheckpointError(
        `Two files of ${name} are called ${file.name}; expected the files of one checkpoint. Choose them again.`,
      )
    }
    byName.set(file.name, file)
  }
  return {
    name,
    list: async () => Array.from(byName.values(), (file) => ({ path: file.name, size: file.size })),
    async read(path, range) {
      const file = byName.get(path)
      if (file === undefined) throw new CheckpointError(`There is no ${path} in ${name}.`)
      const { start, end } = range ?? { start: 0, end: file.size }
      if (!(0 <= start && start <= end && end <= file.size)) {
        throw new CheckpointError(
          `${path} in ${name}: bytes ${start} to ${end} were asked for, but the file has ${file.size} bytes; ` +
            'it was cut off or belongs to another checkpoint. Get the file again.',
        )
      }
      return readBytes(file.slice(start, end), path, name)
    },
  }
}

async function readBytes(part: Blob, path: string, name: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await part.arrayBuffer())
  } catch (error) {
    throw new CheckpointError(
      `${path} in ${name} could not be read: ${(error as Error).message} ` +
        'It was changed or taken away since it was chosen, or there is not enough memory. Choose the files again.',
      { cause: error },
    )
  }
}
