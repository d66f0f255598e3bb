import { readText, type TextFile } from '@tintjs/evaluate/node'
import { interruption } from './interruption'
import { Progress } from './output/progress'

/**
 * Reads a text, fetched from the Hugging Face hub with progress where it is there.
 *
 * @param name a path, or `datasets/OWNER/NAME/FILE`
 * @param column of a file with columns; default `text`
 * @throws InputError or CheckpointError as `readText` of `@tintjs/evaluate/node` does
 */
export async function fetchText(name: string, column: string | undefined): Promise<TextFile> {
  const progress = new Progress()
  try {
    return await readText(name, {
      column,
      signal: interruption.signal,
      onProgress: ({ path, loadedBytes, totalBytes }) =>
        progress.update(`fetching ${path}`, loadedBytes, totalBytes),
    })
  } finally {
    progress.finish()
  }
}
