import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { TintError } from '@tintjs/tensor'
import type { UnitOptions } from '../run/evaluation-plan'
import { memoryFlags } from './memory-flags'
import { type Answer, answerSchema, errorOf, type Order } from './messages'
import { ProcessEndedError, processEnd } from './process-end'

/** What processes are started with. */
export interface UnitJob {
  /** The address of a module that exports `prepareUnits`, see {@link PrepareUnits}. */
  readonly module: URL
  /** JSON for it. */
  readonly data: unknown
  /** Variables of the environment beside this process's own. */
  readonly environment?: Readonly<Record<string, string>> | undefined
}

const program = createRequire(import.meta.url).resolve('@tintjs/evaluate/unit-process')

/** How much of what a process wrote to stderr is kept, in characters: frames of V8 come after what went wrong. */
const lastWords = 16_000

/** A process that has prepared, or is about to, and computes one unit at a time. */
export class UnitProcess {
  readonly #child: ChildProcess
  #words = ''
  #end: ProcessEndedError | undefined
  #isKilled = false
  #listener: ((answer: Answer | Error) => void) | undefined

  constructor({ environment }: Pick<UnitJob, 'environment'>) {
    const env = { ...process.env, ...environment }
    const execArgv = memoryFlags(process.execArgv)
    this.#child = fork(program, [], { env, execArgv, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    this.#child.stderr?.on('data', (bytes) => {
      this.#words = `${this.#words}${bytes}`.slice(-lastWords)
    })
    this.#child.on('message', (message) => {
      const { data, error } = answerSchema.safeParse(message)
      this.#listener?.(data ?? error)
    })
    // Also what could not be told to a process that has just ended.
    this.#child.on('error', (error) =>
      this.#listener?.(
        this.#child.pid === undefined ? error : new ProcessEndedError(`cannot be reached (${error.message})`),
      ),
    )
    // Comes after the last of stderr.
    this.#child.on('close', (code, signal) => {
      this.#end = processEnd(code, signal, this.#words)
      this.#listener?.(this.#end)
    })
  }

  /** @returns the configuration with which it computes */
  async prepare(
    { module, data }: UnitJob,
    options: Pick<UnitOptions, 'signal'> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.#ask({ kind: 'prepare', module: module.href, data }, options)
    if (answer.kind !== 'ready') throw new TintError(`A process answered ${answer.kind}; expected ready.`)
    return answer.configuration
  }

  /** @returns the samples, not checked */
  async run(unit: number, options: UnitOptions): Promise<readonly unknown[]> {
    const answer = await this.#ask({ kind: 'unit', unit }, options)
    if (answer.kind !== 'samples') throw new TintError(`A process answered ${answer.kind}; expected samples.`)
    return answer.samples
  }

  /** Undefined where it could not be started. */
  get id(): number | undefined {
    return this.#child.pid
  }

  get isAlive(): boolean {
    return (
      !this.#isKilled &&
      this.#child.connected &&
      this.#child.exitCode === null &&
      this.#child.signalCode === null
    )
  }

  /** What it has still to say is not listened to. */
  kill(): void {
    this.#isKilled = true
    this.#child.kill('SIGKILL')
  }

  #ask(order: Order, { signal, onShare }: UnitOptions): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      const stop = () => {
        // A process does not listen while it computes.
        this.kill()
        reject(signal?.reason)
      }
      if (signal?.aborted) return stop()
      signal?.addEventListener('abort', stop, { once: true })
      this.#listener = (answer) => {
        if (!(answer instanceof Error) && answer.kind === 'share') return onShare?.(answer.share)
        signal?.removeEventListener('abort', stop)
        this.#listener = undefined
        if (answer instanceof Error) reject(answer)
        else if (answer.kind === 'failed') reject(errorOf(answer))
        else resolve(answer)
      }
      if (this.#end !== undefined) this.#listener(this.#end)
      else if (this.isAlive) this.#child.send(order)
    })
  }
}
