import { type ToWorker, toPage } from '../protocol/messages'
import { type InputOf, type OutputOf, type TaskName, tasks } from '../protocol/tasks'

/** How far a task has come. */
export interface TaskProgress {
  /** What is being done, for people. */
  readonly doing: string
  readonly done: number
  readonly total: number
}

/** How to watch a task, and to stop it. */
export interface TaskOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: TaskProgress) => void) | undefined
}

/** A task failed. */
export class TaskFailure extends Error {
  override name = 'TaskFailure'
  /** Whether the message is the library's own, which says what to do; else it is a defect. */
  readonly expected: boolean

  constructor(message: string, expected: boolean) {
    super(message)
    this.expected = expected
  }
}

/** A task was stopped by its signal. */
export class TaskStopped extends Error {
  override name = 'TaskStopped'
}

/** The part of a worker that a connection uses. */
export interface MessagePartner {
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'error', listener: (event: { readonly message: string }) => void): void
}

interface Pending {
  readonly task: TaskName
  readonly onProgress: TaskOptions['onProgress']
  finish(output: unknown): void
  fail(error: Error): void
}

/** The page's side of its worker: tasks as promises. The worker does one after another. */
export class Connection {
  readonly #worker: MessagePartner
  readonly #pending = new Map<number, Pending>()
  #nextId = 0
  #broken: TaskFailure | undefined

  constructor(worker: MessagePartner) {
    this.#worker = worker
    worker.addEventListener('message', ({ data }) => this.#receive(data))
    worker.addEventListener('error', ({ message }) => this.#break(message))
  }

  /**
   * Has a task done.
   *
   * @throws TaskStopped when the signal stopped it
   * @throws TaskFailure with the library's message, or with a defect's
   */
  async run<Name extends TaskName>(
    task: Name,
    input: InputOf<Name>,
    { signal, onProgress }: TaskOptions = {},
  ): Promise<OutputOf<Name>> {
    if (this.#broken !== undefined) throw this.#broken
    if (signal?.aborted) throw new TaskStopped()
    const id = this.#nextId++
    const stop = () => this.#send({ kind: 'stop', id })
    signal?.addEventListener('abort', stop)
    try {
      const output = await new Promise<unknown>((finish, fail) => {
        this.#pending.set(id, { task, onProgress, finish, fail })
        this.#send({ kind: 'start', id, task, input })
      })
      return tasks[task].output.parse(output) as OutputOf<Name>
    } finally {
      signal?.removeEventListener('abort', stop)
      this.#pending.delete(id)
    }
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  #receive(data: unknown): void {
    const message = toPage.parse(data)
    const pending = this.#pending.get(message.id)
    if (pending === undefined) return
    switch (message.kind) {
      case 'progress':
        pending.onProgress?.(message)
        return
      case 'done':
        pending.finish(message.output)
        return
      case 'stopped':
        pending.fail(new TaskStopped())
        return
      case 'failed':
        pending.fail(new TaskFailure(message.message, message.expected))
    }
  }

  /** The worker could not be loaded, or fell over outside of a task: nothing will come from it any more. */
  #break(message: string): void {
    this.#broken = new TaskFailure(
      `The part of the page that computes has stopped (${message || 'no reason was given'}); load the page again.`,
      false,
    )
    for (const { fail } of this.#pending.values()) fail(this.#broken)
  }
}
