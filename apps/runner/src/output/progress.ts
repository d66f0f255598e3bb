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
    const left = remainingText(performance.now() - this.#begin, done / total)
    if (this.#bar === undefined) {
      const format = `${this.#task} {bar} {percentage} %  {left}`
      this.#bar = new cliProgress.SingleBar(
        {
          stream: this.#stream,
          format,
          hideCursor: true,
          clearOnComplete: true,
          barsize: barSize(this.#task, this.#stream.columns),
          gracefulExit: false,
        },
        cliProgress.Presets.rect,
      )
      this.#bar.start(total, done, { left })
    }
    this.#bar.update(done, { left })
  }

  #showLine(done: number, total: number): void {
    const reached = Math.floor((4 * done) / total)
    if (reached <= this.#quarter || reached >= 4) return
    this.#quarter = reached
    this.#stream.write(`${this.#task}: ${25 * reached} %\n`)
  }
}

/** As long as there is room beside the task, the share and the time. */
function barSize(task: string, columns: number | undefined): number {
  return Math.max(5, Math.min(30, (columns || 80) - task.length - 24))
}

/**
 * How long the rest will take if it goes on as before. The bar's own estimate begins with nothing left.
 *
 * @param elapsed milliseconds since the beginning
 * @param share how much of the work is done, from 0 to 1
 */
export function remainingText(elapsed: number, share: number): string {
  if (!(share > 0)) return ''
  const seconds = Math.ceil((elapsed * (1 - share)) / share / 1000)
  return seconds < 120 ? `${seconds} s left` : `${Math.ceil(seconds / 60)} min left`
}
