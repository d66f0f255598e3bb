import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { CheckpointError } from '@tintjs/tensor'
import { openFileSource } from '@tintjs/tensor/node'
import type { CheckpointFile, CheckpointSource } from './source'

/** How a folder is read. */
export interface FolderOptions {
  /**
   * Where links may lead: by default `inside` the folder only (in the hub's cache to its contents too), so that a folder
   * from elsewhere cannot pass off another file of this machine as its own; `anywhere` for folders of your own.
   */
  readonly links?: 'inside' | 'anywhere' | undefined
}

/**
 * A checkpoint in a folder, as `save_pretrained` of transformers writes it.
 *
 * @param folder its path; missing or unreadable folders are reported by the first `list` or `read`
 */
export function folderSource(folder: string, { links = 'inside' }: FolderOptions = {}): CheckpointSource {
  return {
    name: folder,
    list: () => listFiles(folder),
    async read(path, range) {
      if (links === 'inside') await checkLinks(folder, path)
      const file = await openFileSource(join(folder, path))
      try {
        return await file.read(range?.start ?? 0, range?.end ?? file.size)
      } finally {
        await file.close()
      }
    },
  }
}

/** @throws CheckpointError for a file that is elsewhere in truth */
async function checkLinks(folder: string, path: string): Promise<void> {
  const [own, target] = await Promise.all([realpath(folder), realpath(join(folder, path))]).catch(() => [])
  // What is missing is told by whoever opens it.
  if (own === undefined || target === undefined || isWithin(target, own)) return
  if (basename(dirname(own)) === 'snapshots' && isWithin(target, join(own, '..', '..', 'blobs'))) return
  throw new CheckpointError(
    `${path} in ${folder} is a link that leads out of the folder, to ${target}; expected the file itself. Copy it there, or name the folder that it is in.`,
  )
}

function isWithin(path: string, folder: string): boolean {
  return path.startsWith(folder + sep)
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
