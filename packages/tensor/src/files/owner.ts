import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Which process something belongs to, such that a later process can tell whether it has ended. */
export interface Owner {
  /** The computer, its start and its table of processes, where `pid` means something: 16 hexadecimal digits. */
  readonly place: string
  readonly pid: number
  /** When the process started, as the system counts; tells a number that is used again. 0 where it cannot be known. */
  readonly started: number
}

/** What is known of an owner: `elsewhere` is on another computer, before a restart of this one, or in another container. */
export type OwnerState = 'running' | 'ended' | 'elsewhere'

/** This process. */
export function thisOwner(): Owner {
  return { place: thisPlace(), pid: process.pid, started: processFacts(process.pid).started }
}

/** Whether the owner still runs. */
export function stateOf({ place, pid, started }: Owner): OwnerState {
  if (place !== thisPlace()) return 'elsewhere'
  if (!isRunning(pid)) return 'ended'
  const now = processFacts(pid)
  // Z: it has ended, and only its parent has not looked yet.
  if (now.state === 'Z') return 'ended'
  return started !== 0 && now.started !== 0 && started !== now.started ? 'ended' : 'running'
}

let knownPlace: string | undefined

function thisPlace(): string {
  knownPlace ??= createHash('sha256')
    .update([hostname(), textOf('/proc/sys/kernel/random/boot_id'), linkOf('/proc/self/ns/pid')].join(' '))
    .digest('hex')
    .slice(0, 16)
  return knownPlace
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Fields 3 and 22 of Linux's `stat`; the name in field 2 may hold anything, so they are counted from its end. */
function processFacts(pid: number): { state: string; started: number } {
  const text = textOf(`/proc/${pid}/stat`)
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '', started: Number(fields[19] ?? 0) }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
