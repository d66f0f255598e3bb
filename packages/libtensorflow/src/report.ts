/** Where a long work says what it does. */
export interface Reporter {
  /** One finished sentence. */
  line(text: string): void
  /** How far `task` is, in bytes. Called often; `done` reaches `total` when it is finished. */
  progress(task: string, done: number, total: number): void
}

/** Says nothing. */
export const silentReporter: Reporter = {
  line() {},
  progress() {},
}
