import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CheckpointError } from '@tintjs/tensor'
import type { RepositoryCache } from './cache'
import type { HubClient, HubFile } from './client'
import { fetchBlob } from './download'
import { hasTokenizer, neededFiles, type SnapshotContent } from './selection'
import type { HubSettings } from './settings'

/** The commit of the revision in the cache, if all that is needed of it is there. */
export async function cachedCommit(
  repository: string,
  cache: RepositoryCache,
  settings: HubSettings,
): Promise<{ readonly commit: string; readonly hasTokenizer: boolean } | undefined> {
  const commit = await cache.knownCommit(settings.revision)
  if (commit === undefined) return undefined
  const files = await cache.snapshotFiles(commit)
  const content: SnapshotContent = {
    has: (path) => files.has(path),
    text: (path) => readFile(join(cache.snapshotFolder(commit), path), 'utf8'),
  }
  try {
    await neededFiles(repository, content, settings)
  } catch (error) {
    if (error instanceof CheckpointError) return undefined
    throw error
  }
  return { commit, hasTokenizer: hasTokenizer(content) }
}

/** What it takes to fetch files of a commit. */
export interface Fetching {
  readonly repository: string
  readonly client: HubClient
  readonly commit: string
  readonly cache: RepositoryCache
  readonly settings: HubSettings
}

/** Fetches files into the cache, as far as they are not there, one after another. */
export async function fetchFiles(
  files: readonly HubFile[],
  { repository, client, commit, cache, settings }: Fetching,
  onProgress: HubSettings['onProgress'],
): Promise<void> {
  const totalBytes = files.reduce((total, { size }) => total + size, 0)
  let doneBytes = 0
  for (const file of files) {
    settings.signal?.throwIfAborted()
    const { path, size } = file
    const report = (bytes: number) => onProgress({ path, loadedBytes: doneBytes + bytes, totalBytes })
    if (!(await cache.holds(commit, file))) {
      await fetchBlob({
        file,
        blob: cache.blobPath(file),
        origin: `${repository} on ${client.hub}`,
        cacheFolder: cache.cacheFolder,
        open: (start) => client.open(commit, path, start),
        onLoaded: report,
        signal: settings.signal,
      })
      await cache.link(commit, file)
    }
    report(size)
    doneBytes += size
  }
}
