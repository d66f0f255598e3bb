import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A child process ended, or answered something else than was asked. */
export class ChildFailure extends Error {}

/**
 * One way of doing a work, in a process of its own, so that its memory is its own too. It prints one JSON line when it is
 * ready, and then one for each line that it is given.
 */
export class Child {
  #process
  #lines
  #name
  #failed
  #closed
  #complaints = ''
  /** What it told when it was ready. */
  facts

  /**
   * @param {string} name for messages
   * @param {string} command
   * @param {readonly string[]} args
   * @param {AbortSignal} signal kills it
   * @returns {Promise<Child>} ready
   */
  static async start(name, command, args, signal) {
    const child = new Child(name, command, args, signal)
    try {
      child.facts = await child.#answer()
    } catch (error) {
      await child.stop()
      throw error
    }
    return child
  }

  /** @private use {@link Child.start} */
  constructor(name, command, args, signal) {
    signal.throwIfAborted()
    this.#name = name
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], signal })
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]()
    this.#process.stderr.setEncoding('utf8').on('data', (text) => {
      this.#complaints = (this.#complaints + text).slice(-4000)
    })
    // Writing to a process that has ended; why it ended is told below.
    this.#process.stdin.on('error', () => {})
    this.#closed = new Promise((resolve) => this.#process.once('close', resolve))
    this.#failed = new Promise((_, reject) => {
      this.#process.once('error', (error) => reject(signal.aborted ? signal.reason : error))
    })
    this.#failed.catch(() => {})
  }

  /**
   * @param {string} job which of the worker's jobs to do
   * @returns {Promise<any>} its answer
   */
  async ask(job) {
    this.#process.stdin.write(`${job}\n`)
    return this.#answer()
  }

  /** Lets it end, and waits until it has. */
  async stop() {
    this.#process.stdin.end()
    if (this.#process.pid !== undefined) await this.#closed
  }

  async #answer() {
    const { value, done } = await Promise.race([this.#lines.next(), this.#failed])
    if (!done) return this.#parsed(value)
    await Promise.race([this.#closed, this.#failed])
    const end = this.#process.signalCode ?? `exit code ${this.#process.exitCode}`
    const last = this.#complaints.trim().split('\n').slice(-5).join('\n')
    throw new ChildFailure(
      `${this.#name} ended with ${end} before it answered${last === '' ? '' : `:\n${last}`}`,
    )
  }

  #parsed(line) {
    try {
      return JSON.parse(line)
    } catch {
      throw new ChildFailure(`${this.#name} printed ${JSON.stringify(line)}; expected a line of JSON.`)
    }
  }
}
