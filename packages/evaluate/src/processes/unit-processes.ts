import { EngineError, InputError } from '@tintjs/tensor'
import { type ConfigurationForm, firstDifference } from '../run/configuration-form'
import type { EvaluationPlan, UnitOptions } from '../run/evaluation-plan'
import { type UnitJob, UnitProcess } from './child-process'
import { adviceFor, ProcessEndedError } from './process-end'

/** What processes compute for. */
export interface ProcessesOptions<Sample> extends UnitJob {
  /** How many there are, at least 1. */
  readonly count: number
  /** All that decides about samples; each process has to have the same. Default: what the first one has. */
  readonly configuration?: object | undefined
  readonly configurationForm: Pick<ConfigurationForm<object>, 'shape'>
  readonly form: EvaluationPlan<Sample>['form']
  /** Stops the start. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Processes that compute units for a run, each with its own engine and model. One that is lost is replaced, and its unit
 * computed again; a unit that loses two of them ends the run.
 */
export class UnitProcesses<Sample> {
  readonly #options: ProcessesOptions<Sample>
  readonly #all = new Set<UnitProcess>()
  readonly #idle: UnitProcess[] = []
  readonly #waiting: ((process: UnitProcess) => void)[] = []
  #configuration: object | undefined
  #isStopped = false

  private constructor(options: ProcessesOptions<Sample>) {
    this.#options = options
    this.#configuration = options.configuration
  }

  /** The ids that the system knows those by that live now. */
  get processIds(): readonly number[] {
    return [...this.#all].flatMap(({ id, isAlive }) => (isAlive && id !== undefined ? [id] : []))
  }

  /** With which all of them compute. */
  get configuration(): object {
    return this.#configuration ?? {}
  }

  /**
   * Starts processes, and waits until all have prepared.
   *
   * @throws InputError for a count that is none, and when one would compute with another configuration; EngineError when
   *   one is lost; what `prepareUnits` throws
   */
  static async start<Sample>(options: ProcessesOptions<Sample>): Promise<UnitProcesses<Sample>> {
    const { count } = options
    if (!(Number.isInteger(count) && count >= 1)) {
      throw new InputError(`The number of processes is ${count}; expected a whole number of at least 1.`)
    }
    const processes = new UnitProcesses<Sample>(options)
    const stop = () => processes.stop()
    options.signal?.throwIfAborted()
    options.signal?.addEventListener('abort', stop, { once: true })
    try {
      const started = Array.from({ length: count }, () => processes.#start())
      processes.#idle.push(...(await Promise.all(started)))
      return processes
    } catch (error) {
      processes.stop()
      if (options.signal?.aborted) throw options.signal.reason
      if (!(error instanceof ProcessEndedError)) throw error
      throw new EngineError(`${error.message} ${adviceFor(error, count, true)}`)
    } finally {
      options.signal?.removeEventListener('abort', stop)
    }
  }

  /** Computes a unit in the next process that is idle. See {@link RunUnit}. */
  readonly run = async (unit: number, options: UnitOptions): Promise<readonly Sample[]> => {
    try {
      return await this.#attempt(unit, options)
    } catch (error) {
      if (!(error instanceof ProcessEndedError)) throw error
    }
    try {
      return await this.#attempt(unit, options)
    } catch (error) {
      if (!(error instanceof ProcessEndedError)) throw error
      const advice = adviceFor(error, this.#options.count, false)
      throw new EngineError(`Unit ${unit} lost its process twice. ${error.message} ${advice}`)
    }
  }

  /** Ends all processes. */
  stop(): void {
    this.#isStopped = true
    for (const process of this.#all) process.kill()
    this.#all.clear()
  }

  async #attempt(unit: number, options: UnitOptions): Promise<readonly Sample[]> {
    let process = this.#idle.pop() ?? (await new Promise<UnitProcess>((take) => this.#waiting.push(take)))
    try {
      options.signal?.throwIfAborted()
      if (!process.isAlive) process = await this.#replace(process, options)
      const samples = await process.run(unit, options)
      return samples.map((sample) => this.#options.form.schema.parse(sample))
    } finally {
      // Also one that has ended: whoever takes it replaces it.
      this.#release(process)
    }
  }

  #release(process: UnitProcess): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#idle.push(process)
    else next(process)
  }

  async #replace(process: UnitProcess, options: UnitOptions): Promise<UnitProcess> {
    this.#all.delete(process)
    return this.#start(options)
  }

  async #start({ signal }: Pick<UnitOptions, 'signal'> = {}): Promise<UnitProcess> {
    if (this.#isStopped) throw new EngineError('The processes were stopped; start new ones for more units.')
    const process = new UnitProcess(this.#options)
    this.#all.add(process)
    const found = await process.prepare(this.#options, { signal })
    this.#configuration ??= found
    const difference = firstDifference(this.#options.configurationForm, this.#configuration, found)
    if (difference === undefined) return process
    const { field, before, now } = difference
    throw new InputError(
      `A process would compute with another configuration than the run: ${field} is ${now}; expected ${before}. ` +
        'A file has changed meanwhile, or another version was installed; start again.',
    )
  }
}
