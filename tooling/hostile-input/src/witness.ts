import childProcess from 'node:child_process'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { resolve } from 'node:path'

/** What code has done besides computing, since {@link watchProcess} was called last. */
export interface Deeds {
  /** Files whose contents were opened, links followed. */
  readonly opened: readonly string[]
  /** Hosts that were connected to. */
  readonly connections: readonly string[]
  /** Programs that were started. */
  readonly programs: readonly string[]
}

const { realpathSync } = fs
let opened: string[] = []
let connections: string[] = []
let programs: string[] = []

/** A function that notes its first argument and goes on as before. */
function noting<Function extends (...given: never[]) => unknown>(
  original: Function,
  note: (first: unknown) => void,
): Function {
  return function (this: unknown, ...given: never[]) {
    note(given[0])
    return original.apply(this, given)
  } as Function
}

function noteFile(path: unknown): void {
  if (typeof path !== 'string' && !(path instanceof URL)) return
  const place = typeof path === 'string' ? resolve(path) : path.pathname
  try {
    opened.push(realpathSync(place))
  } catch {
    // What is not there cannot be read.
  }
}

/** From now on notes what this process opens, connects to and starts. Has to be called before anything is read. */
export function watchProcess(): void {
  fs.promises.open = noting(fs.promises.open, noteFile)
  fs.promises.readFile = noting(fs.promises.readFile, noteFile)
  fs.readFileSync = noting(fs.readFileSync, noteFile)
  fs.openSync = noting(fs.openSync, noteFile)
  fs.open = noting(fs.open, noteFile) as typeof fs.open
  fs.createReadStream = noting(fs.createReadStream, noteFile)
  const noteProgram = (program: unknown) => programs.push(String(program))
  childProcess.spawn = noting(childProcess.spawn, noteProgram) as typeof childProcess.spawn
  childProcess.spawnSync = noting(childProcess.spawnSync, noteProgram) as typeof childProcess.spawnSync
  const { connect } = net.Socket.prototype
  net.Socket.prototype.connect = noting(connect, (options) => {
    connections.push(hostOf(options))
  }) as typeof connect
  syncBuiltinESMExports()
}

function hostOf(options: unknown): string {
  const first = Array.isArray(options) ? options[0] : options
  return typeof first === 'object' && first !== null && 'host' in first ? String(first.host) : String(first)
}

/** What was done since this was called last. */
export function takeDeeds(): Deeds {
  const deeds = { opened, connections, programs }
  opened = []
  connections = []
  programs = []
  return deeds
}
