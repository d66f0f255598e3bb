import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { InputError, TintError } from '@tintjs/tensor'
import sirv from 'sirv'

/** Where a page is served. */
export interface PagePlace {
  readonly host: string
  /** 0 takes any port that is free. */
  readonly port: number
}

/** A page that is served. */
export interface ServedPage {
  /** With the port that was taken. */
  readonly url: string
  /** Lets go of the port; whatever is under way is cut off. */
  close(): Promise<void>
}

/** The browser itself sees to it that the page asks nobody else. */
const policy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
].join('; ')

/**
 * The folder of the built explorer.
 *
 * @throws TintError where it is not built, as in a fresh checkout
 */
export function explorerFolder(): string {
  const manifest = createRequire(import.meta.url).resolve('@tintjs/explorer/package.json')
  const folder = join(dirname(manifest), 'dist')
  if (existsSync(join(folder, 'index.html'))) return folder
  throw new TintError(`The explorer is not built: there is no index.html in ${folder}; run pnpm build.`)
}

/**
 * Serves a folder's files, and nothing else of the machine.
 *
 * @throws InputError when the port or the host cannot be had, with what to do
 */
export async function servePage(folder: string, place: PagePlace): Promise<ServedPage> {
  const handler = sirv(folder, {
    etag: true,
    setHeaders: (response) => response.setHeader('Content-Security-Policy', policy),
  })
  const server = createServer((request, response) => handler(request, response))
  await listen(server, place)
  const { port } = server.address() as AddressInfo
  const name = place.host.includes(':') ? `[${place.host}]` : place.host
  return { url: `http://${name}:${port}/`, close: () => close(server) }
}

function listen(server: Server, { host, port }: PagePlace): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, { host, port })))
    server.listen(port, host, resolve)
  })
}

function listenError(error: NodeJS.ErrnoException, { host, port }: PagePlace): Error {
  const free = 'choose another one with --port, or --port 0 for any that is free'
  switch (error.code) {
    case 'EADDRINUSE':
      return new InputError(`Port ${port} of ${host} is taken by another program; ${free}.`)
    case 'EACCES':
      return new InputError(`Port ${port} of ${host} is not for you to take; ${free}.`)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new InputError(
        `--host is ${host}, which is no address of this machine; expected one such as 127.0.0.1, or 0.0.0.0 for all.`,
      )
    default:
      return error
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
