import { CheckpointError } from '@tintjs/tensor'
import * as z from 'zod'
import { datasetName, isCommit } from './repository'
import type { HubSettings } from './settings'

/** A file of a repository, with what its content must hash to. */
export interface HubFile {
  readonly path: string
  readonly size: number
  /** `sha256` of the content for large files, else git's hash of a blob. */
  readonly algorithm: 'sha256' | 'git'
  /** In hexadecimal; also the file's name in the cache. */
  readonly digest: string
}

/** The rest of a file as it comes from the hub. */
export interface HubBody {
  /** Position in the file of the first byte: 0 where the hub does not serve ranges. */
  readonly start: number
  readonly stream: ReadableStream<Uint8Array>
}

/** The hub as one repository's files need it. */
export interface HubClient {
  /** What messages call the hub. */
  readonly hub: string
  /** The commit that a branch or tag stands for. */
  commitOf(revision: string): Promise<string>
  /** The files of the top folder by path. */
  filesOf(commit: string): Promise<ReadonlyMap<string, HubFile>>
  /** One file, in whatever folder; undefined where there is none. */
  fileOf(commit: string, path: string): Promise<HubFile | undefined>
  /** Asks for a file from a position on, up to its end or, where the hub serves ranges, up to another position. */
  open(commit: string, path: string, start: number, end?: number): Promise<HubBody>
}

/** The hub did not answer, or only that it cannot just now, as opposed to a refusal. */
export class UnreachableError extends CheckpointError {}

const treeEntry = z
  .object({
    path: z.string(),
    size: z.int().min(0),
    oid: z.string().regex(/^[0-9a-f]{40}$/),
    lfs: z.object({ oid: z.string().regex(/^(?:sha256:)?[0-9a-f]{64}$/), size: z.int().min(0) }).nullish(),
  })
  .transform(({ path, size, oid, lfs }): HubFile => {
    if (lfs === null || lfs === undefined) return { path, size, algorithm: 'git', digest: oid }
    return { path, size: lfs.size, algorithm: 'sha256', digest: lfs.oid.replace('sha256:', '') }
  })

/** Talks to the hub; `@huggingface/hub` is loaded here, so that nobody has it who reads folders only. */
export async function connectToHub(repository: string, settings: HubSettings): Promise<HubClient> {
  const { datasetInfo, HUB_URL, listFiles, modelInfo, pathsInfo } = await import('@huggingface/hub')
  const hub = settings.endpoint ?? HUB_URL
  const request = requester(repository, hub, settings)
  const common = { hubUrl: hub, fetch: request }
  const dataset = datasetName(repository)
  const repo =
    dataset === undefined
      ? ({ type: 'model', name: repository } as const)
      : ({ type: 'dataset', name: dataset } as const)
  /** Folders and the like are no files. */
  const fileFrom = (entry: { readonly type: string }): HubFile | undefined => {
    if (entry.type !== 'file') return undefined
    const parsed = treeEntry.safeParse(entry)
    if (parsed.success) return parsed.data
    throw notUnderstood(hub, repository)
  }
  /** The library reads answers as they come: one that breaks off, or a network's login page, is no answer of the hub. */
  const reading = async <Result>(read: () => Promise<Result>): Promise<Result> => {
    try {
      return await read()
    } catch (error) {
      if (error instanceof CheckpointError) throw error
      settings.signal?.throwIfAborted()
      throw new UnreachableError(
        `The answer of ${hub} about ${repository} cannot be read (${reasonOf(error)}); check the connection (perhaps ` +
          'the network wants a login first), and HF_ENDPOINT if it is set.',
        { cause: error },
      )
    }
  }
  return {
    hub,
    commitOf: (revision) =>
      reading(async () => {
        const asked = { ...common, name: repo.name, revision, additionalFields: ['sha' as const] }
        const { sha } = await (repo.type === 'model' ? modelInfo(asked) : datasetInfo(asked))
        if (isCommit(sha)) return sha
        throw notUnderstood(hub, repository)
      }),
    filesOf: (commit) =>
      reading(async () => {
        const files = new Map<string, HubFile>()
        for await (const entry of listFiles({ ...common, repo, revision: commit })) {
          const file = fileFrom(entry)
          if (file !== undefined) files.set(file.path, file)
        }
        return files
      }),
    fileOf: (commit, path) =>
      reading(async () => {
        const entries = await pathsInfo({ ...common, repo, paths: [path], revision: commit })
        const entry = entries.find((candidate) => candidate.path === path)
        return entry && fileFrom(entry)
      }),
    async open(commit, path, start, end) {
      // Not the library's downloadFile: its blobs hide whether a range was served, and it cannot be resumed.
      const response = await request(`${hub}/${repository}/resolve/${commit}/${encodedPath(path)}`, {
        // As it is: a compressed answer would have other positions than the file.
        headers: { 'Accept-Encoding': 'identity', ...rangeHeader(start, end) },
      })
      const served = response.status === 206 ? rangeStart(response) : 0
      if (response.body === null || (served !== 0 && served !== start)) throw notUnderstood(hub, repository)
      return { start: served, stream: response.body }
    },
  }
}

/** Slashes stay, as they part folders. */
function encodedPath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

function rangeHeader(start: number, end: number | undefined) {
  if (end === undefined) return start > 0 ? { Range: `bytes=${start}-` } : {}
  return { Range: `bytes=${start}-${end - 1}` }
}

function rangeStart(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('Content-Range') ?? '')?.[1] ?? Number.NaN)
}

/** `fetch` with the token (for the hub itself only), the signal, and errors that say what to do. */
function requester(repository: string, hub: string, { token, signal, revision }: HubSettings): typeof fetch {
  const origin = originOf(hub)
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const headers = new Headers(init?.headers)
    if (token !== undefined && url.origin === origin) headers.set('Authorization', `Bearer ${token}`)
    let response: Response
    try {
      response = await fetch(url, { ...init, headers, signal: signal ?? null })
    } catch (error) {
      signal?.throwIfAborted()
      throw new UnreachableError(
        `The hub at ${hub} cannot be reached (${reasonOf(error)}), and ${repository} is not complete in the cache; ` +
          'check the connection, and HF_ENDPOINT if it is set.',
        { cause: error },
      )
    }
    if (response.ok) return response
    await response.body?.cancel()
    const answering = new URL(response.url).origin
    if (answering !== origin) {
      // Where the hub sends for large files; its refusals say nothing about the model.
      throw new UnreachableError(
        `${answering}, where ${hub} keeps the content of ${repository}, answered with an error (${response.status}); ` +
          'try again, what has come is kept.',
      )
    }
    throw refusal(response, { repository, hub, revision, hasToken: token !== undefined })
  }
}

function originOf(hub: string): string {
  try {
    return new URL(hub).origin
  } catch {
    throw new CheckpointError(
      `The hub's address is ${JSON.stringify(hub)}, expected one that starts with https://; correct HF_ENDPOINT.`,
    )
  }
}

/** What a failed request's error says about the reason, as briefly as it can. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}

interface Refused {
  readonly repository: string
  readonly hub: string
  readonly revision: string
  readonly hasToken: boolean
}

function refusal(response: Response, { repository, hub, revision, hasToken }: Refused): CheckpointError {
  const { status } = response
  const code = response.headers.get('X-Error-Code')
  const token = 'a token of an account that has access (HF_TOKEN, or the option token)'
  const say = (text: string) => new CheckpointError(text)
  if (code === 'GatedRepo' || status === 403) {
    return say(
      `${repository} on ${hub} is gated or private (${status}): ask for access on its page, and give ${token}.`,
    )
  }
  if (code === 'RevisionNotFound') {
    return say(
      `There is no revision ${revision} of ${repository} on ${hub}; give a branch, a tag or a commit that is there.`,
    )
  }
  if (code === 'EntryNotFound') {
    return say(`A file of ${repository} is no longer on ${hub}; try again, or give another revision.`)
  }
  if (status === 401 && hasToken && code !== 'RepoNotFound') {
    return say(
      `${hub} does not accept the token that was given for ${repository} (401); check HF_TOKEN, or unset it.`,
    )
  }
  if (status === 404 || status === 401) {
    return say(
      `There is no ${datasetName(repository) ? 'data set' : 'model'} ${repository} on ${hub}, or it is private (${status}); check the id, or give ${token}.`,
    )
  }
  if (status === 429) {
    return new UnreachableError(
      `${hub} refuses more requests for now (429); wait a few minutes, then try again.`,
    )
  }
  const answer = `${hub} answered with an error (${status}) for ${repository}; try again later.`
  return status >= 500 ? new UnreachableError(answer) : say(answer)
}

function notUnderstood(hub: string, repository: string): CheckpointError {
  return new CheckpointError(
    `${hub} gave an answer about ${repository} that is not understood; check that HF_ENDPOINT is a hub, and its version.`,
  )
}
