import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What was written to a place that an option names. */
export interface Saved {
  /** As it was given. */
  readonly path: string
  /** 1 for a file, else the number of files in the folder. */
  readonly files: number
  readonly bytes: number
}

/** Measures a file, or the files of a folder. */
export async function measureSaved(path: string): Promise<Saved> {
  const found = await stat(path)
  if (!found.isDirectory()) return { path, files: 1, bytes: found.size }
  const sizes = await Promise.all(
    (await readdir(path)).map(async (name) => (await stat(join(path, name))).size),
  )
  return { path, files: sizes.length, bytes: sizes.reduce((total, size) => total + size, 0) }
}
