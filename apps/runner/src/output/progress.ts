import cliProgress from 'cli-progress'
import { interruption } from '../interruption'

/** Work shorter than this, in milliseconds, shows nothing. */
const patience = 1000

/** Tells on stderr how far long work has come: a bar on a terminal, a line at every quarter elsewhere. */
export class Progress {
  readonly #stream: NodeJS.WriteStream
  #task = ''
  #begin = 0
  #quarter = 0
  #bar: cliProgress.SingleBar | undefined

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream
    // Ctrl-C takes the bar away and gives the cursor back, however the process ends then.
    interruption.signal.addEventListener('abort', () => this.finish())
  }

  /** Says how much of a task is done. Another task's name ends the one before. */
  update(task: string, done: number, total: number): void {
    if (interruption.signal.aborted) return
    if (task !== this.#task) this.#start(task)
    // What begins to show late would only flicker.
    if (performance.now() - this.#begin < patience && this.#bar === undefined) return
    if (this.#stream.isTTY) this.#showBar(done, total)
    else this.#showLine(done, total)
  }

  /** Takes the bar away; call it before printing anything else. */
  finish(): void {
    this.#bar?.stop()
    this.#bar = undefined
    this.#task = ''
  }

  #start(task: string): void {
    this.finish()
    this.#task = task
    this.#begin = performance.now()
    this.#quarter = 0
  }

  #showBar(done: number, total: number): void {
    if (this.#bar === undefined) {
      const format = `${this.#task} {bar} {percentage} %  {eta_formatted} left`
      this.#bar = new cliProgress.SingleBar(
        {
          stream: this.#stream,
          format,
          hideCursor: true,
          clearOnComplete: true,
          barsize: 30,
          gracefulExit: false,
        },
        cliProgress.Presets.rect,
      )
      this.#bar.start(total, done)
    }
    this.#bar.update(done)
  }

  #showLine(done: number, total: number): void {
    const reached = Math.floor((4 * done) / total)
    if (reached <= this.#quarter || reached >= 4) return
    this.#quarter = reached
    this.#stream.write(`${this.#task}: ${25 * reached} %\n`)
  }
}
