import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request that the hub has seen. */
export interface SeenRequest {
  readonly path: string
  readonly range: string | undefined
  readonly authorization: string | undefined
}

/** How the hub behaves; may be changed between requests. */
export interface TestHubBehaviour {
  /** Only this token is accepted. */
  token?: string
  /** Answers 403 to everyone. */
  gated?: boolean
  /** Breaks the connection after so many bytes of the next large file; decreases `times`. */
  drop?: { after: number; times: number }
  /** Changes a byte of large files; decreases `times`. */
  corrupt?: { times: number }
  /** Always sends whole files. */
  ignoresRanges?: boolean
  /** Ends a large file early without breaking the connection. */
  endsEarly?: boolean
  /** Waits after so many bytes of large files until the connection is closed. */
  stallsAfter?: number
  /** Answers every request with this status. */
  status?: number
  /** The second address answers with this status. */
  contentStatus?: number
  /** Answers every request with this page. */
  page?: string
  /** Breaks the connection in the middle of what the API says. */
  breaksOff?: 'info' | 'tree'
  /** Replaces what the API says. */
  answers?: { commit?: string; entry?: Record<string, unknown> }
}

/** A hub on this machine with one repository, and a second address from which large files come. */
export interface TestHub {
  readonly endpoint: string
  readonly commit: string
  readonly requests: SeenRequest[]
  readonly behaviour: TestHubBehaviour
  /** Requests for files, as opposed to the API; without the redirects' targets. */
  fileRequests(): readonly SeenRequest[]
  close(): Promise<void>
}

const isLarge = (path: string) => /\.(safetensors|bin|parquet)$/.test(path)
const hash = (algorithm: string, ...parts: (string | Uint8Array)[]) =>
  parts.reduce((state, part) => state.update(part), createHash(algorithm)).digest('hex')

/** The name of a content in the cache: sha256 of large files, git's hash of others. */
export function digestOf(path: string, content: Uint8Array): string {
  return isLarge(path) ? hash('sha256', content) : hash('sha1', `blob ${content.length}\0`, content)
}

/**
 * Starts a hub that speaks the protocol of the public one for one repository.
 *
 * @param files by their paths, whose contents decide the commit
 * @param repository a model's id, or `datasets/` and a data set's
 */
export async function startTestHub(
  files: Readonly<Record<string, Uint8Array | string>>,
  repository = 'owner/tiny',
): Promise<TestHub> {
  const contents = new Map(
    Object.entries(files).map(([path, content]) => [path, Uint8Array.from(Buffer.from(content))]),
  )
  const commit = hash('sha1', ...[...contents].flat())
  const api = `/api/${repository.startsWith('datasets/') ? repository : `models/${repository}`}/`
  const requests: SeenRequest[] = []
  const behaviour: TestHubBehaviour = {}

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://hub')
    const { range, authorization } = request.headers
    requests.push({ path: pathname, range, authorization })
    if (behaviour.page !== undefined) return response.end(behaviour.page)
    if (pathname.startsWith('/cdn/')) {
      if (behaviour.contentStatus === undefined) {
        return sendFile(decodeURIComponent(pathname.slice('/cdn/'.length)), request, response)
      }
      response.writeHead(behaviour.contentStatus)
      return response.end()
    }
    const refusal = refusalOf(pathname, authorization)
    if (refusal !== undefined) {
      response.writeHead(refusal.status, refusal.code === undefined ? {} : { 'X-Error-Code': refusal.code })
      return response.end()
    }
    if (behaviour.breaksOff && pathname.includes(behaviour.breaksOff === 'tree' ? '/tree/' : '/revision/')) {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 1000 })
      return response.write('[{"type":', () => response.destroy())
    }
    if (pathname.includes('/tree/')) return sendTree(searchParams.get('cursor'), response)
    if (pathname.startsWith(`${api}paths-info/`)) return sendPaths(request, response)
    if (pathname.startsWith('/api/')) return sendJson(response, { ...info, sha: answered().commit ?? commit })
    const path = decodeURIComponent(/\/resolve\/[^/]+\/(.*)/.exec(pathname)?.[1] ?? '')
    const content = contents.get(path) ?? new Uint8Array()
    const headers = {
      'X-Repo-Commit': commit,
      ETag: `"${digestOf(path, content)}"`,
      'X-Linked-Size': content.length,
    }
    if (!isLarge(path)) return sendFile(path, request, response, headers)
    // Another address of the same server: another origin, which must not see the token.
    response.writeHead(302, {
      ...headers,
      Location: `http://localhost:${port()}/cdn/${path}`,
      'Content-Length': 0,
    })
    response.end()
  })
  const answered = () => behaviour.answers ?? {}
  const info = {
    _id: '1',
    id: repository.replace('datasets/', ''),
    private: false,
    downloads: 0,
    likes: 0,
    gated: false,
    lastModified: 0,
  }
  const port = () => (server.address() as AddressInfo).port

  function refusalOf(path: string, authorization: string | undefined) {
    if (behaviour.status !== undefined) return { status: behaviour.status }
    if (behaviour.gated) return { status: 403, code: 'GatedRepo' }
    if (behaviour.token !== undefined && authorization !== `Bearer ${behaviour.token}`) {
      return authorization === undefined ? { status: 401, code: 'RepoNotFound' } : { status: 401 }
    }
    if (!path.startsWith(api) && !path.startsWith(`/${repository}/`))
      return { status: 404, code: 'RepoNotFound' }
    if (path.includes('/revision/') && !/\/revision\/(main|v1|[0-9a-f]{40})$/.test(path)) {
      return { status: 404, code: 'RevisionNotFound' }
    }
    return undefined
  }

  function entries() {
    return [...contents].map(([path, content]) => ({
      type: 'file',
      path,
      size: content.length,
      oid: hash('sha1', `blob ${content.length}\0`, content),
      ...(isLarge(path) && { lfs: { oid: hash('sha256', content), size: content.length, pointerSize: 134 } }),
      ...answered().entry,
    }))
  }

  async function sendPaths(request: IncomingMessage, response: ServerResponse) {
    const asked: unknown = JSON.parse(await text(request))
    const paths = asked !== null && typeof asked === 'object' && 'paths' in asked ? asked.paths : []
    sendJson(
      response,
      entries().filter(({ path }) => Array.isArray(paths) && paths.includes(path)),
    )
  }

  function sendTree(cursor: string | null, response: ServerResponse) {
    // Two pages.
    const [first, ...rest] = entries()
    if (cursor !== null) return sendJson(response, rest)
    response.setHeader('Link', `<http://127.0.0.1:${port()}${api}tree/x?cursor=1>; rel="next"`)
    const folder = { type: 'directory', path: 'onnx', size: 0, oid: '0'.repeat(40) }
    sendJson(response, first === undefined ? [folder] : [folder, first])
  }

  function sendFile(path: string, request: IncomingMessage, response: ServerResponse, headers = {}) {
    const whole = contents.get(path) ?? new Uint8Array()
    const from = behaviour.ignoresRanges
      ? 0
      : Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const content = Uint8Array.from(whole.subarray(from))
    if (isLarge(path) && (behaviour.corrupt?.times ?? 0) > 0 && behaviour.corrupt !== undefined) {
      behaviour.corrupt.times--
      content[content.length - 1] = (content.at(-1) ?? 0) ^ 1
    }
    const range = { 'Content-Range': `bytes ${from}-${whole.length - 1}/${whole.length}` }
    const length = behaviour.endsEarly && isLarge(path) ? content.length - 10 : content.length
    response.writeHead(from > 0 ? 206 : 200, { ...headers, ...(from > 0 && range), 'Content-Length': length })
    if (isLarge(path) && behaviour.drop !== undefined && behaviour.drop.times > 0) {
      behaviour.drop.times--
      return response.write(content.subarray(0, behaviour.drop.after), () => response.destroy())
    }
    if (isLarge(path) && behaviour.stallsAfter !== undefined) {
      return response.write(content.subarray(0, behaviour.stallsAfter))
    }
    response.end(content.subarray(0, length))
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${port()}`,
    commit,
    requests,
    behaviour,
    fileRequests: () => requests.filter(({ path }) => path.includes('/resolve/')),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function sendJson(response: ServerResponse, value: unknown) {
  response.setHeader('Content-Type', 'application/json')
  response.end(JSON.stringify(value))
}
