import { randomUUID } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { CheckpointError } from '@tintjs/tensor'
import type { HubFile } from './client'
import { datasetName, isCommit } from './repository'

/**
 * One repository in the cache, in the layout that Hugging Face's libraries share:
 * `models--owner--name/blobs/<hash>` (`datasets--owner--name` for a data set) holds contents, `snapshots/<commit>/<file>` links to them, and
 * `refs/<branch or tag>` holds a commit. What one library has fetched, the others find.
 */
export class RepositoryCache {
  readonly #folder: string

  constructor(
    readonly cacheFolder: string,
    repository: string,
  ) {
    const parts = repository.split('/')
    this.#folder = join(cacheFolder, (datasetName(repository) ? parts : ['models', ...parts]).join('--'))
  }

  /** Where the files of a commit are. */
  snapshotFolder(commit: string): string {
    return join(this.#folder, 'snapshots', commit)
  }

  /** Where a content is or will be. */
  blobPath({ digest }: HubFile): string {
    return join(this.#folder, 'blobs', digest)
  }

  /** The commit that a branch or tag stood for when it was last fetched. */
  async knownCommit(revision: string): Promise<string | undefined> {
    if (isCommit(revision)) return revision
    const text = await readFile(join(this.#folder, 'refs', revision), 'utf8').catch(() => '')
    const commit = text.trim()
    return isCommit(commit) ? commit : undefined
  }

  /** Notes which commit a branch or tag stands for. */
  async noteCommit(revision: string, commit: string): Promise<void> {
    if (isCommit(revision) || (await this.knownCommit(revision)) === commit) return
    await this.#write(async () => {
      const path = join(this.#folder, 'refs', revision)
      await mkdir(dirname(path), { recursive: true })
      const temporary = `${path}.${randomUUID()}.tmp`
      await writeFile(temporary, commit)
      await rename(temporary, path)
    })
  }

  /** Names of the complete files of a commit. */
  async snapshotFiles(commit: string): Promise<ReadonlySet<string>> {
    const folder = this.snapshotFolder(commit)
    const names = await readdir(folder).catch(() => [])
    const present = await Promise.all(names.map((name) => sizeOf(join(folder, name))))
    return new Set(names.filter((_, index) => present[index] !== undefined))
  }

  /** A file of a commit, where all of it is there. */
  async snapshotFile(commit: string, path: string): Promise<string | undefined> {
    const location = join(this.snapshotFolder(commit), path)
    return (await sizeOf(location)) === undefined ? undefined : location
  }

  /** Whether a commit's file is there in full, linked from the snapshot; links it where only the content is there. */
  async holds(commit: string, file: HubFile): Promise<boolean> {
    if ((await sizeOf(join(this.snapshotFolder(commit), file.path))) === file.size) return true
    if ((await sizeOf(this.blobPath(file))) !== file.size) return false
    await this.link(commit, file)
    return true
  }

  /** Makes a content appear in a commit's snapshot. */
  async link(commit: string, file: HubFile): Promise<void> {
    await this.#write(async () => {
      const pointer = join(this.snapshotFolder(commit), file.path)
      const blob = this.blobPath(file)
      const temporary = `${pointer}.${randomUUID()}.tmp`
      await mkdir(dirname(pointer), { recursive: true })
      try {
        // Relative, so that the cache can be moved; a copy where the system has no links (Windows).
        await symlink(relative(dirname(pointer), blob), temporary).catch(() => copyFile(blob, temporary))
        await rename(temporary, pointer)
      } finally {
        await rm(temporary, { force: true })
      }
    })
  }

  async #write(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      throw cacheWriteError(this.cacheFolder, error)
    }
  }
}

/** The error for a cache that cannot be written. */
export function cacheWriteError(folder: string, error: unknown): CheckpointError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const text =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? `The disk of the cache ${folder} is full; free some space and run it again, which goes on from what has come.`
      : `The cache ${folder} cannot be written (${code}); check its permissions, or choose another folder by HF_HUB_CACHE.`
  return new CheckpointError(text, { cause: error })
}

/** A file's size, links followed; undefined where there is no file. */
export async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() ? found.size : undefined
}
