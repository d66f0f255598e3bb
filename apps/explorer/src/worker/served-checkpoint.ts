import { type CheckpointSource, memorySource } from '@tintjs/inner'
import { CheckpointError } from '@tintjs/tensor'
import type { TaskContext } from './performers'

const files = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'] as const

/**
 * Fetches a checkpoint that lies beside the page.
 *
 * @param folder the URL of its folder, with a slash at its end
 * @throws CheckpointError for a file that the server does not give
 */
export async function servedCheckpoint(
  name: string,
  folder: string,
  context: TaskContext,
): Promise<CheckpointSource> {
  const contents: Record<string, Uint8Array> = {}
  for (const [index, file] of files.entries()) {
    context.report('fetching the model', index, files.length)
    contents[file] = await fetchFile(name, new URL(file, folder), context.signal)
  }
  return memorySource(name, contents)
}

async function fetchFile(name: string, url: URL, signal: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, { signal }).catch((error: Error) => {
    throw missing(name, url, error.message)
  })
  if (!response.ok) throw missing(name, url, `status ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

function missing(name: string, url: URL, reason: string): CheckpointError {
  return new CheckpointError(
    `The model ${name} could not be fetched: ${url.pathname} (${reason}). Load the page again, or drop a checkpoint on it.`,
  )
}
