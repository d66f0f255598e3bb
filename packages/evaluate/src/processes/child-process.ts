import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { EngineError, TintError } from '@tintjs/tensor'
import type { UnitOptions } from '../run/evaluation-plan'
import { type Answer, answerSchema, type Order } from './messages'

/** What processes are started with. */
export interface UnitJob {
  /** The address of a module that exports `prepareUnits`, see {@link PrepareUnits}. */
  readonly module: URL
  /** JSON for it. */
  readonly data: unknown
  /** Variables of the environment beside this process's own. */
  readonly environment?: Readonly<Record<string, string>> | undefined
}

/** The process ended by itself: it ran out of memory, or somebody killed it. */
export class ProcessEndedError extends EngineError {}

const program = createRequire(import.meta.url).resolve('@tintjs/evaluate/unit-process')

/** How much of what a process wrote to stderr is kept, in characters. */
const lastWords = 2000

/** A process that has prepared, or is about to, and computes one unit at a time. */
export class UnitProcess {
  readonly #child: ChildProcess
  #words = ''
  #end: ProcessEndedError | undefined
  #isKilled = false
  #listener: ((answer: Answer | Error) => void) | undefined

  constructor({ environment }: Pick<UnitJob, 'environment'>) {
    const env = { ...process.env, ...environment }
    this.#child = fork(program, [], { env, execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
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
        this.#child.pid === undefined ? error : new ProcessEndedError(endedText(`(${error.message})`)),
      ),
    )
    // Comes after the last of stderr.
    this.#child.on('close', (code, signal) => {
      this.#end = this.#endOf(code, signal)
      this.#listener?.(this.#end)
    })
  }

  /** @returns the configuration with which it computes */
  async prepare({ module, data }: UnitJob): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.#ask({ kind: 'prepare', module: module.href, data }, {})
    if (answer.kind !== 'ready') throw new TintError(`A process answered ${answer.kind}; expected ready.`)
    return answer.configuration
  }

  /** @returns the samples, not checked */
  async run(unit: number, options: UnitOptions): Promise<readonly unknown[]> {
    const answer = await this.#ask({ kind: 'unit', unit }, options)
    if (answer.kind !== 'samples') throw new TintError(`A process answered ${answer.kind}; expected samples.`)
    return answer.samples
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
        else if (answer.kind === 'failed') reject(failure(answer))
        else resolve(answer)
      }
      if (this.#end !== undefined) this.#listener(this.#end)
      else if (this.isAlive) this.#child.send(order)
    })
  }

  #endOf(code: number | null, signal: NodeJS.Signals | null): ProcessEndedError {
    const words = this.#words.trim().split('\n').slice(-3).join(' ')
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`
    return new ProcessEndedError(endedText(`${how}${words === '' ? '' : `, after saying: ${words}`}`))
  }
}

const endedText = (how: string) => `A process that computes units ended ${how}.`

/** Failures are known by their names, so that they can come from other processes. */
function failure({ name, message }: Extract<Answer, { kind: 'failed' }>): Error {
  const error = new TintError(message)
  error.name = name
  return error
}
