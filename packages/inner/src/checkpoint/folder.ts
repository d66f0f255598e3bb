import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CheckpointError } from '@tintjs/tensor'
import { openFileSource } from '@tintjs/tensor/node'
import type { CheckpointFile, CheckpointSource } from './source'

/**
 * A checkpoint in a folder, as `save_pretrained` of transformers writes it.
 *
 * @param folder its path; missing or unreadable folders are reported by the first `list` or `read`
 */
export function folderSource(folder: string): CheckpointSource {
  return {
    name: folder,
    list: () => listFiles(folder),
    async read(path, range) {
      const file = await openFileSource(join(folder, path))
      try {
        return await file.read(range?.start ?? 0, range?.end ?? file.size)
      } finally {
        await file.close()
      }
    },
  }
}

async function listFiles(folder: string): Promise<CheckpointFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    const found =
      error.code === 'ENOENT' ? 'does not exist' : error.code === 'ENOTDIR' ? 'is a file' : error.message
    throw new CheckpointError(
      `The model folder ${folder} ${found}; expected a folder with config.json and model.safetensors.`,
    )
  })
  const candidates = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink())
  const files = await Promise.all(
    candidates.map(async ({ name }) => {
      // A link may lead nowhere, or to a folder.
      const found = await stat(join(folder, name)).catch(() => undefined)
      return found?.isFile() ? [{ path: name, size: found.size }] : []
    }),
  )
  return files.flat()
}
