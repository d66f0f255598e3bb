import { CheckpointError } from '@tintjs/tensor'
import { folderSource } from './folder'
import { hubSource } from './hub'
import { RepositoryCache } from './hub/cache'
import { connectToHub, type HubFile, reasonOf, UnreachableError } from './hub/client'
import { checkHubId, checkRevision } from './hub/repository'
import { type HubOptions, hubSettings } from './hub/settings'
import { cachedCommit, type Fetching, fetchFiles } from './hub/snapshot'
import type { ByteRange, CheckpointSource } from './source'
import { weightFormatOf } from './weight-format'

/**
 * A checkpoint on the hub whose weights stay there: of safetensors files only the ranges that are read are fetched,
 * each time anew, so that a model can be described without its numbers. Small files come into the cache; a model that
 * is there already is read from there. Weights as PyTorch writes them have their tensors' places all over the file:
 * those are fetched whole, as by `hubSource`.
 *
 * Ranges cannot be checked against the hub's hashes; read numbers that matter through `hubSource`.
 *
 * @throws CheckpointError as `hubSource` does, later also when the connection breaks during a read
 */
export async function hubSourceInPlace(
  repository: string,
  options: HubOptions = {},
): Promise<CheckpointSource> {
  const settings = hubSettings(options)
  checkHubId(repository)
  checkRevision(settings.revision)
  if (settings.localFilesOnly) return hubSource(repository, options)
  const cache = new RepositoryCache(settings.cacheFolder, repository)
  const cached = await cachedCommit(repository, cache, settings)
  const fromCache = (commit: string) => ({ ...folderSource(cache.snapshotFolder(commit)), name: repository })
  try {
    const client = await connectToHub(repository, settings)
    const commit = await client.commitOf(settings.revision)
    if (commit === cached?.commit) return fromCache(commit)
    const files = await client.filesOf(commit)
    const format = weightFormatOf((path) => files.has(path))
    if (format !== undefined && !format.headerInFront) return await hubSource(repository, options)
    return sourceInPlace(files, { repository, client, commit, cache, settings })
  } catch (error) {
    if (error instanceof UnreachableError && cached !== undefined) return fromCache(cached.commit)
    throw error
  }
}

function sourceInPlace(files: ReadonlyMap<string, HubFile>, fetching: Fetching): CheckpointSource {
  const { repository, cache, commit } = fetching
  const small = folderSource(cache.snapshotFolder(commit))
  return {
    name: repository,
    list: async () => [...files.values()].map(({ path, size }) => ({ path, size })),
    async read(path, range) {
      const file = files.get(path)
      if (file === undefined) throw new CheckpointError(`There is no ${path} in ${repository}.`)
      if (path.endsWith('.safetensors')) {
        return readRange(file, range ?? { start: 0, end: file.size }, fetching)
      }
      await fetchFiles([file], fetching, () => {})
      return small.read(path, range)
    },
  }
}

async function readRange(
  { path }: HubFile,
  { start, end }: ByteRange,
  { repository, client, commit, settings }: Fetching,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start)
  if (start === end) return bytes
  const body = await client.open(commit, path, start, end)
  const reader = body.stream.getReader()
  const broken = (reason: string, cause?: unknown) =>
    new CheckpointError(
      `The connection broke while ${path} of ${repository} on ${client.hub} was read (${reason}); run it again.`,
      { cause },
    )
  let position = body.start
  try {
    while (position < end) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        settings.signal?.throwIfAborted()
        throw broken(reasonOf(error), error)
      })
      if (done) throw broken('it ended early')
      // A hub that serves no ranges starts with the file's first byte and does not stop at the last that is wanted.
      const wanted = value.subarray(Math.max(start - position, 0), Math.max(end - position, 0))
      bytes.set(wanted, Math.max(position - start, 0))
      position += value.byteLength
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
  return bytes
}
