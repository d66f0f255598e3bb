import { exitCodes } from './failures'

/** How long a command may take to free and leave after Ctrl-C, in milliseconds. */
const patience = 1500

/**
 * Ctrl-C: the first one aborts `signal`, which stops long work between two blocks; work that does not listen is ended
 * after a moment, and a second Ctrl-C ends it at once. Temporary files go with the exit.
 */
class Interruption {
  readonly #controller = new AbortController()

  /** Aborted by Ctrl-C. Handed to everything that takes long. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Listens for Ctrl-C from now on. */
  listen(): void {
    // A closed terminal and a service manager ask in other words for the same.
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        if (this.signal.aborted) this.exit()
        this.#controller.abort(new Error('stopped'))
        setTimeout(() => this.exit(), patience).unref()
      })
    }
  }

  /** Ends the process by `process.exit`, whose hooks remove temporary files. */
  exit(): never {
    process.stderr.write('tint: stopped\n')
    process.exit(exitCodes.stopped)
  }
}

/** The process has one. */
export const interruption = new Interruption()
