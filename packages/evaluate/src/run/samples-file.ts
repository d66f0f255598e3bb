import { type FileHandle, open, readFile } from 'node:fs/promises'
import { InputError } from '@tintjs/tensor'
import { writeError } from '@tintjs/tensor/node'
import { type EvaluationPlan, type SampleForm, type SampleKey, sampleLine } from './evaluation-plan'
import { jsonOrUndefined } from './json'

/** What an unfinished run has left. */
export interface FinishedUnits<Sample> {
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
export async function readFinishedUnits<Sample>(
  path: string,
  plan: Pick<EvaluationPlan<Sample>, 'unitCount' | 'keys' | 'form'>,
): Promise<FinishedUnits<Sample>> {
  const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0)
    throw new InputError(`${path} cannot be read (${error.code}); check that it is a file that you may read.`)
  })
  const samples: Sample[] = []
  let [count, line, end] = [0, 0, 0]
  for (; count < plan.unitCount; count++) {
    const found: Sample[] = []
    let next = end
    for (const key of plan.keys(count)) {
      const stop = content.indexOf('\n', next)
      if (stop === -1) return { count, samples, end }
      line++
      found.push(parseLine(content.subarray(next, stop), plan.form, key, { path, line }))
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

function parseLine<Sample>(
  bytes: Uint8Array,
  { schema, describe }: SampleForm<Sample>,
  key: SampleKey,
  { path, line }: { path: string; line: number },
): Sample {
  const parsed = schema.safeParse(jsonOrUndefined(Buffer.from(bytes).toString('utf8')))
  if (parsed.success && hasKey(parsed.data, key)) return parsed.data
  throw new InputError(
    `Line ${line} of ${path} is not what this run has there: expected ${describe(key)}. ` +
      `The file was changed; delete line ${line} and all after it to keep what comes before, or start again in a new folder.`,
  )
}

function hasKey(sample: unknown, key: SampleKey): boolean {
  const fields = new Map(Object.entries(sample as object))
  return Object.entries(key).every(([field, value]) => fields.get(field) === value)
}

/** How often what was written is flushed to the disk, in milliseconds: that much a power loss may cost. */
const flushInterval = 1000

/**
 * `samples.jsonl`, to which finished units are appended. A unit is one write, so that a process that is killed leaves
 * whole units, and at most one that is cut off at the end.
 */
export class SamplesFile<Sample> {
  readonly #path: string
  readonly #form: SampleForm<Sample>
  readonly #handle: FileHandle
  #end: number
  #appended = 0
  #writing = Promise.resolve()
  #lastFlush = performance.now()

  private constructor(path: string, form: SampleForm<Sample>, handle: FileHandle, end: number) {
    this.#path = path
    this.#form = form
    this.#handle = handle
    this.#end = end
  }

  /** Opens the file, or makes it, and cuts off what comes after the finished units. */
  static async open<Sample>(
    path: string,
    form: SampleForm<Sample>,
    { end }: Pick<FinishedUnits<Sample>, 'end'>,
  ): Promise<SamplesFile<Sample>> {
    const handle = await open(path, end === 0 ? 'w' : 'r+').catch((error) => {
      throw writeError(path, error)
    })
    await handle.truncate(end).catch(async (error) => {
      await handle.close()
      throw writeError(path, error)
    })
    return new SamplesFile(path, form, handle, end)
  }

  /**
   * @throws InputError when the file system refuses, the file is gone with its folder, or another process has written to
   *   it too
   */
  async append(samples: readonly Sample[]): Promise<void> {
    this.#writing = this.#write(samples)
    await this.#writing
    if (performance.now() - this.#lastFlush < flushInterval) return
    await this.#flush()
    this.#lastFlush = performance.now()
  }

  /**
   * Waits for what is just being written, but not for the disk, which may be slow.
   *
   * @returns how many samples were appended since the file was opened
   */
  async appended(): Promise<number> {
    // Whoever appends hears of a failure.
    await this.#writing.catch(() => {})
    return this.#appended
  }

  async #write(samples: readonly Sample[]): Promise<void> {
    const { size, nlink } = await this.#handle.stat()
    if (nlink === 0) {
      throw new InputError(
        `${this.#path} was deleted while the run wrote to it; start again, in a folder that stays.`,
      )
    }
    if (size !== this.#end) {
      throw new InputError(
        `Another process writes to ${this.#path}: it has ${size} bytes, expected ${this.#end}. ` +
          'Only one run at a time may use a folder; wait for the other one to end, then resume.',
      )
    }
    const bytes = Buffer.from(samples.map((sample) => sampleLine(this.#form, sample)).join(''))
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.#handle
        .write(bytes, written, bytes.length - written, this.#end + written)
        .catch((error) => {
          throw writeError(this.#path, error)
        })
      written += bytesWritten
    }
    this.#end += bytes.length
    this.#appended += samples.length
  }

  async close(): Promise<void> {
    try {
      await this.#flush()
    } finally {
      await this.#handle.close()
    }
  }

  /** Some file systems say only here that the disk is full. */
  async #flush(): Promise<void> {
    await this.#handle.datasync().catch((error) => {
      throw writeError(this.#path, error)
    })
  }
}
