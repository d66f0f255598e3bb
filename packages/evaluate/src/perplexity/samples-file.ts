import { type FileHandle, open, readFile } from 'node:fs/promises'
import { InputError } from '@tintjs/tensor'
import { type PerplexityPlan, type SampleKey, sampleKeys } from './plan'
import { type Sample, sampleLine, sampleSchema } from './sample'

/** What an unfinished run has left. */
export interface FinishedUnits {
  readonly count: number
  /** Their samples, in order. */
  readonly samples: readonly Sample[]
  /** Where they end in the file, in bytes; what comes after belongs to a unit that was not finished. */
  readonly end: number
}

/**
 * Reads the samples of the units that a run has finished. A line that was cut off, and lines of a unit that was not
 * finished, are left out.
 *
 * @param path may be missing: nothing is finished then
 * @throws InputError for a line that is not what the plan has at that place
 */
export async function readFinishedUnits(path: string, plan: PerplexityPlan): Promise<FinishedUnits> {
  const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0)
    throw new InputError(`${path} cannot be read (${error.code}); check that it is a file that you may read.`)
  })
  const samples: Sample[] = []
  let [count, line, end] = [0, 0, 0]
  for (; count < plan.unitCount; count++) {
    const found: Sample[] = []
    let next = end
    for (const key of sampleKeys(plan.unit(count), plan.settings)) {
      const stop = content.indexOf('\n', next)
      if (stop === -1) return { count, samples, end }
      line++
      found.push(parseLine(content.subarray(next, stop), key, path, line))
      next = stop + 1
    }
    samples.push(...found)
    end = next
  }
  if (content.length > end) {
    throw new InputError(
      `${path} goes on after line ${line}, where this run's samples end; another program has written to it. ` +
        `Delete what comes after line ${line}, or start again in a new folder.`,
    )
  }
  return { count, samples, end }
}

function parseLine(bytes: Uint8Array, key: SampleKey, path: string, line: number): Sample {
  const parsed = sampleSchema.safeParse(parseJson(bytes))
  const { sample, way, trainFraction, learningRate } = key
  const right =
    parsed.success &&
    parsed.data.sample === sample &&
    parsed.data.way === way &&
    parsed.data.trainFraction === trainFraction &&
    parsed.data.learningRate === learningRate
  if (right) return parsed.data
  const rate = learningRate === null ? '' : ` and rate ${learningRate}`
  throw new InputError(
    `Line ${line} of ${path} is not what this run has there: expected context ${sample}, way ${way} at fraction ${trainFraction}${rate}. ` +
      `The file was changed; delete line ${line} and all after it to keep what comes before, or start again in a new folder.`,
  )
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}

/** How often what was written is flushed to the disk, in milliseconds: that much a power loss may cost. */
const flushInterval = 1000

/**
 * `samples.jsonl`, to which finished units are appended. A unit is one write, so that a process that is killed leaves
 * whole units, and at most one that is cut off at the end.
 */
export class SamplesFile {
  readonly #path: string
  readonly #handle: FileHandle
  #end: number
  #lastFlush = performance.now()

  private constructor(path: string, handle: FileHandle, end: number) {
    this.#path = path
    this.#handle = handle
    this.#end = end
  }

  /** Opens the file, or makes it, and cuts off what comes after the finished units. */
  static async open(path: string, { end }: Pick<FinishedUnits, 'end'>): Promise<SamplesFile> {
    const handle = await open(path, end === 0 ? 'w' : 'r+')
    await handle.truncate(end)
    return new SamplesFile(path, handle, end)
  }

  /** @throws InputError when another process has written to the file too */
  async append(samples: readonly Sample[]): Promise<void> {
    const { size } = await this.#handle.stat()
    if (size !== this.#end) {
      throw new InputError(
        `Another process writes to ${this.#path}: it has ${size} bytes, expected ${this.#end}. ` +
          'Only one run at a time may use a folder; wait for the other one to end, then resume.',
      )
    }
    const bytes = Buffer.from(samples.map(sampleLine).join(''))
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(
        bytes,
        written,
        bytes.length - written,
        this.#end + written,
      )
      written += bytesWritten
    }
    this.#end += bytes.length
    if (performance.now() - this.#lastFlush < flushInterval) return
    await this.#handle.datasync()
    this.#lastFlush = performance.now()
  }

  async close(): Promise<void> {
    try {
      await this.#handle.datasync()
    } finally {
      await this.#handle.close()
    }
  }
}
