/** Does one thing at a time: what begins stops what has not ended. */
export class LatestTask {
  #stopper = new AbortController()

  /** Begins something, given the signal that later stops it. */
  begin<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    this.stop()
    this.#stopper = new AbortController()
    return work(this.#stopper.signal)
  }

  /** Stops what is under way. */
  stop(): void {
    this.#stopper.abort()
  }
}
