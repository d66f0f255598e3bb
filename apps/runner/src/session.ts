import type { ModelShape } from '@tintjs/families'
import { type InnerModel, initialiseInnerModel, loadInnerModel } from '@tintjs/inner'
import type { EngineDescription } from '@tintjs/tensor'
import { adapters } from './families'
import { interruption } from './interruption'
import { modelSource } from './models'
import type { Progress } from './output/progress'

/** A value with the time that it took. */
export interface Timed<Value> {
  readonly value: Value
  readonly seconds: number
}

/** Measures how long something takes. */
export async function timed<Value>(work: () => Promise<Value> | Value): Promise<Timed<Value>> {
  const begin = performance.now()
  const value = await work()
  return { value, seconds: (performance.now() - begin) / 1000 }
}

/** Loads a model from a folder or by the name of a shipped one. */
export async function loadModel(model: string, progress: Progress): Promise<Timed<InnerModel>> {
  const source = await modelSource(model)
  return timed(() =>
    loadInnerModel(source, {
      adapters: adapters(),
      signal: interruption.signal,
      onProgress: ({ loadedBytes, totalBytes }) => progress.update('loading', loadedBytes, totalBytes),
    }),
  )
}

/** Makes a model of a given shape with random weights. */
export async function randomModel({ adapter, config }: ModelShape, seed: number): Promise<Timed<InnerModel>> {
  return timed(() => initialiseInnerModel(adapter, config, seed))
}

/** The most memory that this process has held so far, in bytes. */
export function peakMemoryBytes(): number {
  // Node reports kilobytes on every system.
  return process.resourceUsage().maxRSS * 1024
}

/** An engine in one line for people. */
export function engineText({ name, version, threads, device }: EngineDescription): string {
  return `${name} ${version}, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${device}`
}
