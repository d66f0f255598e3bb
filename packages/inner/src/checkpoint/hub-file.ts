import { join } from 'node:path'
import { CheckpointError } from '@tintjs/tensor'
import { RepositoryCache } from './hub/cache'
import { connectToHub, UnreachableError } from './hub/client'
import { checkDatasetId, checkFilePath, checkHubId, checkRevision, isCommit } from './hub/repository'
import { type HubOptions, type HubSettings, hubSettings } from './hub/settings'
import { fetchFiles } from './hub/snapshot'

/** A file of the hub as it is in the cache. */
export interface HubFileCopy {
  /** The commit that it is of; as `revision` it always gives the same file. */
  readonly commit: string
  /** Where it is on this machine. */
  readonly location: string
}

/**
 * One file of a repository on the Hugging Face hub, of a model or of a data set. Fetched into the cache, checked and
 * gone on with as `hubSource` does; where the hub cannot be reached, the version that was fetched last is used.
 *
 * @param repository `datasets/org/name` for a data set, else a model's id
 * @param path within the repository, such as `data/train.parquet`
 * @throws CheckpointError with one sentence that says what to do, as `hubSource` does, and for a file that is not there
 */
export async function hubFile(
  repository: string,
  path: string,
  options: Omit<HubOptions, 'tokenizer'> = {},
): Promise<HubFileCopy> {
  const settings = hubSettings(options)
  if (repository.startsWith('datasets/')) checkDatasetId(repository)
  else checkHubId(repository)
  checkRevision(settings.revision)
  checkFilePath(path)
  settings.signal?.throwIfAborted()
  const cache = new RepositoryCache(settings.cacheFolder, repository)
  const cached = await cachedFile(cache, path, settings)
  if (settings.localFilesOnly) return cached ?? notCached(repository, path, settings)
  // A commit's file never changes.
  if (cached !== undefined && isCommit(settings.revision)) return cached
  try {
    return await fetchFile(repository, path, cache, settings)
  } catch (error) {
    if (error instanceof UnreachableError && cached !== undefined) return cached
    throw error
  }
}

async function cachedFile(
  cache: RepositoryCache,
  path: string,
  { revision }: HubSettings,
): Promise<HubFileCopy | undefined> {
  const commit = await cache.knownCommit(revision)
  const location = commit && (await cache.snapshotFile(commit, path))
  return commit !== undefined && location !== undefined ? { commit, location } : undefined
}

async function fetchFile(
  repository: string,
  path: string,
  cache: RepositoryCache,
  settings: HubSettings,
): Promise<HubFileCopy> {
  const client = await connectToHub(repository, settings)
  const commit = await client.commitOf(settings.revision)
  const file = await client.fileOf(commit, path)
  if (file === undefined) {
    throw new CheckpointError(
      `There is no file ${path} in ${repository} (revision ${settings.revision}) on ${client.hub}; expected the path of ` +
        "one of the repository's files, with its folders.",
    )
  }
  await fetchFiles([file], { repository, client, commit, cache, settings }, settings.onProgress)
  await cache.noteCommit(settings.revision, commit)
  return { commit, location: join(cache.snapshotFolder(commit), path) }
}

function notCached(repository: string, path: string, { revision, cacheFolder }: HubSettings): never {
  throw new CheckpointError(
    `${path} of ${repository} (revision ${revision}) is not in the cache ${cacheFolder}, and only local files may be ` +
      'used; run it once with the network allowed.',
  )
}
