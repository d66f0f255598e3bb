import { CheckpointError } from '@tintjs/tensor'
import type { CheckpointSource } from './source'

/**
 * A checkpoint whose files are in memory: files dropped on a page, or made by a test.
 *
 * @param name what messages call it
 * @param files content by file name; text becomes UTF-8
 */
export function memorySource(
  name: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): CheckpointSource {
  const contents = new Map(
    Object.entries(files).map(([path, content]) => [
      path,
      typeof content === 'string' ? new TextEncoder().encode(content) : content,
    ]),
  )
  return {
    name,
    list: async () => [...contents].map(([path, { byteLength }]) => ({ path, size: byteLength })),
    read: async (path, range) => {
      const content = contents.get(path)
      if (content === undefined) throw new CheckpointError(`There is no ${path} in ${name}.`)
      const { start, end } = range ?? { start: 0, end: content.byteLength }
      return content.subarray(start, end)
    },
  }
}
