import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CheckpointError } from '@tintjs/tensor'
import { folderSource } from './folder'
import { RepositoryCache } from './hub/cache'
import { connectToHub, type HubFile, UnreachableError } from './hub/client'
import { checkHubId, checkRevision, isCommit } from './hub/repository'
import { neededFiles } from './hub/selection'
import { type HubOptions, type HubSettings, hubSettings } from './hub/settings'
import { cachedCommit, fetchFiles } from './hub/snapshot'
import { type CheckpointSource, textSizeLimit } from './source'

/** A checkpoint of the hub whose files are in the cache. */
export interface HubSource extends CheckpointSource {
  /** The commit that was fetched; as `revision` it always gives the same files. */
  readonly commit: string
  /** The folder with the files. */
  readonly folder: string
}

/**
 * A checkpoint on the Hugging Face hub. Fetches what a model needs (configuration, weights and, on request, the
 * tokenizer) into the cache that Hugging Face's own libraries use, unless it is there already. Contents are checked
 * against the hub's hashes; what an interrupted call has fetched is gone on with by the next. Where the hub cannot be
 * reached, the version that was fetched last is used.
 *
 * @param repository the model's id, such as `gpt2` or `facebook/opt-125m`
 * @throws CheckpointError with one sentence that says what to do: an id that is wrong or does not exist, a model that
 *   needs a token, no network, a connection that breaks, a wrong checksum, a cache that cannot be written
 */
export async function hubSource(repository: string, options: HubOptions = {}): Promise<HubSource> {
  const settings = hubSettings(options)
  checkHubId(repository)
  checkRevision(settings.revision)
  settings.signal?.throwIfAborted()
  const cache = new RepositoryCache(settings.cacheFolder, repository)
  const commit = await chooseCommit(repository, cache, settings)
  const folder = cache.snapshotFolder(commit)
  return { ...folderSource(folder), name: repository, commit, folder }
}

/** The commit to read, all of whose needed files are in the cache. */
async function chooseCommit(
  repository: string,
  cache: RepositoryCache,
  settings: HubSettings,
): Promise<string> {
  const cached = await cachedCommit(repository, cache, settings)
  if (settings.localFilesOnly) return cached?.commit ?? notCached(repository, settings)
  // A commit never changes; but whether it has a tokenizer that is not in the cache, only the hub knows.
  const final = isCommit(settings.revision) && (cached?.hasTokenizer || !settings.tokenizer)
  if (cached !== undefined && final) return cached.commit
  try {
    return await fetchCommit(repository, cache, settings)
  } catch (error) {
    if (error instanceof UnreachableError && cached !== undefined) return cached.commit
    throw error
  }
}

function notCached(repository: string, { revision, cacheFolder }: HubSettings): never {
  throw new CheckpointError(
    `${repository} (revision ${revision}) is not complete in the cache ${cacheFolder}, and only local files may be ` +
      'used; run it once with the network allowed.',
  )
}

/** Fetches what is missing of a revision. */
async function fetchCommit(
  repository: string,
  cache: RepositoryCache,
  settings: HubSettings,
): Promise<string> {
  const client = await connectToHub(repository, settings)
  const commit = await client.commitOf(settings.revision)
  const files = await client.filesOf(commit)
  const needed = await neededFiles(
    repository,
    {
      has: (path) => files.has(path),
      async text(path) {
        checkTextSize(repository, files.get(path))
        await fetchFiles(pick(files, [path]), { repository, client, commit, cache, settings }, () => {})
        return readFile(join(cache.snapshotFolder(commit), path), 'utf8')
      },
    },
    settings,
  )
  await fetchFiles(pick(files, needed), { repository, client, commit, cache, settings }, settings.onProgress)
  await cache.noteCommit(settings.revision, commit)
  return commit
}

function checkTextSize(repository: string, file: HubFile | undefined): void {
  if (file === undefined || file.size <= textSizeLimit) return
  throw new CheckpointError(
    `${file.path} in ${repository} has ${file.size} bytes; expected at most ${textSizeLimit}.`,
  )
}

function pick(files: ReadonlyMap<string, HubFile>, paths: readonly string[]): HubFile[] {
  return paths.flatMap((path) => files.get(path) ?? [])
}
