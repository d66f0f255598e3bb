import { lstatSync, readdirSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { TintError } from '@tintjs/tensor'
import type { HostileCase } from './hostile-case'
import { watchPeak } from './memory'
import { ways } from './ways'
import { takeDeeds } from './witness'
import { folderIn } from './write-content'

/** How a case went. */
export interface Outcome {
  readonly name: string
  /** The error that came, or null where none did. */
  readonly error: { readonly name: string; readonly message: string; readonly typed: boolean } | null
  /** Of all threads. Times by the clock would tell of what else the machine does. */
  readonly cpuMilliseconds: number
  /** The peak of the process's memory above its start. */
  readonly peakBytes: number
  readonly tensors: number
  /** Files outside of the case's folder that were opened. */
  readonly openedOutside: readonly string[]
  /** Hosts other than this machine. */
  readonly connections: readonly string[]
  readonly programs: readonly string[]
  /** Files that were made, changed or taken away. */
  readonly changed: readonly string[]
}

/** After so many milliseconds a read counts as one that never ends, as of a pipe. */
const patience = 30_000

/**
 * Reads a case that {@link writeContent} has written, and tells what came of it. The case is written by another process:
 * what its making leaves behind would hide how much memory its reading takes.
 *
 * @param root holds a place for each case, with its name
 */
export async function outcomeOf(
  { name, way }: Pick<HostileCase, 'name' | 'way'>,
  root: string,
): Promise<Outcome> {
  const folder = folderIn(join(root, name))
  const listing = () =>
    new Map([...listingOf(join(root, name)), ...readdirSync(root).map((path) => [path, ''] as const)])
  const before = { listing: listing(), tensors: tf.memory().numTensors }
  const peak = watchPeak()
  takeDeeds()
  const cpu = process.cpuUsage()
  const error = await errorOf(ways[way].read(folder))
  const { user, system } = process.cpuUsage(cpu)
  const deeds = takeDeeds()
  const peakBytes = peak()
  const own = way === 'hub' ? [folder, tmpdir()] : [folder]
  return {
    name,
    error,
    cpuMilliseconds: (user + system) / 1000,
    peakBytes,
    tensors: tf.memory().numTensors - before.tensors,
    openedOutside: deeds.opened.filter((path) => !own.some((part) => isIn(path, realpathSync(part)))),
    connections: deeds.connections.filter(
      (host) => !(way === 'hub' && /^(127\.0\.0\.1|localhost)$/.test(host)),
    ),
    programs: deeds.programs,
    changed: difference(before.listing, listing()),
  }
}

async function errorOf(reading: Promise<void>): Promise<Outcome['error']> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It did not end within ${patience} ms.`)), patience)
  })
  try {
    await Promise.race([reading, tooLong])
    return null
  } catch (error) {
    if (!(error instanceof Error)) return { name: typeof error, message: String(error), typed: false }
    return { name: error.name, message: error.message, typed: error instanceof TintError }
  } finally {
    clearTimeout(timer)
  }
}

const isIn = (path: string, folder: string) => path === folder || path.startsWith(folder + sep)

/** Everything below a folder, with what would tell a change. */
function listingOf(folder: string): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => {
      const { size, mtimeMs, mode } = lstatSync(join(folder, path))
      return [path, [size, mtimeMs, mode].join()]
    }),
  )
}

function difference(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const all = new Set([...before.keys(), ...after.keys()])
  return [...all].filter((path) => before.get(path) !== after.get(path))
}
