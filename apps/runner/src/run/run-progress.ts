import cliProgress from 'cli-progress'
import { interruption } from '../interruption'

/** How often long work tells about itself where there is no terminal, in milliseconds. */
const interval = 30_000

/** Work shorter than this, in milliseconds, shows nothing. */
const patience = 1000

/**
 * Tells on stderr how far work of minutes or hours has come, how fast it is and how long it will take: a bar on a
 * terminal, a line every half a minute elsewhere. What an earlier run has done does not count for the speed.
 */
export class RunProgress {
  readonly #task: string
  readonly #unit: string
  readonly #stream: NodeJS.WriteStream
  readonly #begin = performance.now()
  #doneBefore: number | undefined
  #lastLine = performance.now()
  #bar: cliProgress.SingleBar | undefined

  /** @param unit what is counted, e.g. `contexts` */
  constructor(task: string, unit: string, stream: NodeJS.WriteStream = process.stderr) {
    this.#task = task
    this.#unit = unit
    this.#stream = stream
    // Ctrl-C takes the bar away and gives the cursor back, however the process ends then.
    interruption.signal.addEventListener('abort', () => this.finish())
  }

  /** Says how much is done. */
  update(done: number, total: number): void {
    this.#doneBefore ??= done
    if (interruption.signal.aborted) return
    const elapsed = performance.now() - this.#begin
    if (elapsed < patience) return
    const rate = (done - this.#doneBefore) / (elapsed / 1000)
    if (!(rate > 0)) return
    const speed = `${rate.toPrecision(3)} ${this.#unit} a second, ${remainingText((total - done) / rate)} left`
    if (this.#stream.isTTY) this.#showBar(done, total, speed)
    else this.#showLine(done, total, speed)
  }

  /** Takes the bar away; call it before printing anything else. */
  finish(): void {
    this.#bar?.stop()
    this.#bar = undefined
  }

  #showBar(done: number, total: number, speed: string): void {
    if (this.#bar === undefined) {
      this.#bar = new cliProgress.SingleBar(
        {
          stream: this.#stream,
          format: `${this.#task} {bar} {percentage} %  {speed}`,
          hideCursor: true,
          clearOnComplete: true,
          barsize: 20,
          gracefulExit: false,
        },
        cliProgress.Presets.rect,
      )
      this.#bar.start(total, done, { speed })
    }
    this.#bar.update(done, { speed })
  }

  #showLine(done: number, total: number, speed: string): void {
    if (performance.now() - this.#lastLine < interval) return
    this.#lastLine = performance.now()
    this.#stream.write(`${this.#task}: ${Math.floor(done)} of ${total} ${this.#unit}, ${speed}\n`)
  }
}

function remainingText(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`
  if (seconds < 7200) return `${Math.ceil(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}
