import { EngineError } from '@tintjs/tensor'

/** What a process that ended by itself seems to have lacked: room in V8's heap, or memory of the machine. */
export type Lack = 'heap' | 'memory'

/** A process ended by itself: it ran out of memory, somebody killed it, or it left. */
export class ProcessEndedError extends EngineError {
  readonly lack: Lack | undefined

  /** @param how completes `A process that computes units …` */
  constructor(how: string, lack?: Lack) {
    super(`A process that computes units ${how}.`)
    this.lack = lack
  }
}

/** By which a process goes that gets no memory: the system kills it, or it gives up itself. */
const memorySignals: readonly string[] = ['SIGKILL', 'SIGABRT', 'SIGBUS']

/** The lines that TensorFlow writes while its library is loaded, however much it is told to be silent. */
const greeting =
  /^(WARNING: All log messages before absl::InitializeLog\(\) .*|I\d+ .*\] oneDNN custom operations are on\..*)$/

/**
 * Why a process ended.
 *
 * @param code null where a signal ended it
 * @param words the last that it said on stderr
 */
export function processEnd(
  code: number | null,
  signal: NodeJS.Signals | null,
  words: string,
): ProcessEndedError {
  // V8 gives up by SIGABRT, and says this before frames that tell nobody anything.
  if (words.includes('JavaScript heap out of memory')) {
    return new ProcessEndedError('ran out of JavaScript heap memory', 'heap')
  }
  const last = lastLines(words)
  const said = last === '' ? '' : `, after saying: ${last}`
  if (signal !== null) {
    return new ProcessEndedError(
      `was ended by ${signal}${said}`,
      memorySignals.includes(signal) ? 'memory' : undefined,
    )
  }
  const how =
    code === 0 ? 'left in the middle of its work, as by process.exit(0)' : `ended with exit code ${code}`
  return new ProcessEndedError(`${how}${said}`)
}

function lastLines(words: string): string {
  const lines = words.split('\n').filter((line) => line.trim() !== '' && !greeting.test(line))
  return lines.slice(-3).join(' ')
}

/**
 * What to do where processes ended.
 *
 * @param count how many there are
 * @param loading whether it was before the first unit
 */
export function adviceFor({ lack }: ProcessEndedError, count: number, loading: boolean): string {
  if (lack === 'heap') {
    const smaller = loading ? '' : ', or a smaller batch'
    return `Give each process more of it, e.g. NODE_OPTIONS=--max-old-space-size=8192 for 8 GiB${smaller}.`
  }
  if (lack === 'memory') {
    return loading
      ? `It was loading: the machine may lack the memory for ${count} models; run fewer processes.`
      : 'The machine may lack the memory; run fewer processes, or a smaller batch.'
  }
  return loading ? 'It was loading; start again.' : 'Start again.'
}
