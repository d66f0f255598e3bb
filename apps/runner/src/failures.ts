/** What the process ends with. */
export const exitCodes = { done: 0, failure: 1, usage: 2, stopped: 130 } as const

/** The command line itself is wrong: options that do not go together. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/**
 * The failures that say by themselves what was found, what was expected and what to do. They are known by name:
 * importing their classes would load the engine's packages for a `--help`.
 */
const explained = new Set([
  'CheckpointError',
  'ConfigError',
  'DimensionError',
  'EngineError',
  'InputError',
  'NotFiniteError',
  'TintError',
  'UsageError',
])

/** Whether a failure says by itself what was found, what was expected and what to do. */
export function isExplained({ name }: Error): boolean {
  return explained.has(name)
}

/** What to tell about a failure, and the exit code. Stacks are for those who set TINT_DEBUG=1. */
export function messageFor(error: unknown): { message: string; exitCode: number } {
  const failure = error instanceof Error ? error : new Error(String(error))
  const exitCode = failure.name === 'UsageError' ? exitCodes.usage : exitCodes.failure
  if (process.env.TINT_DEBUG === '1') return { message: failure.stack ?? failure.message, exitCode }
  if (isExplained(failure) || isSystemError(failure)) return { message: oneLine(failure), exitCode }
  const full = fullEngine(failure)
  if (full !== undefined) return { message: full, exitCode }
  const hint = 'This is a defect of the program; TINT_DEBUG=1 shows where it happened.'
  return { message: `unexpected failure: ${oneLine(failure)}. ${hint}`, exitCode }
}

const smaller = 'take a smaller batch, shorter texts or a smaller model'

/** What to tell where an engine has no memory left; known by its words, as the failure may come from another process. */
function fullEngine({ name, message }: Error): string | undefined {
  // A kernel of WASM that gets no memory writes to nowhere.
  if (name === 'RuntimeError' && /memory access out of bounds|Aborted\(OOM|enlarge memory/i.test(message)) {
    return `the WASM engine ran out of memory, of which it can have 2 GiB at most; ${smaller}, or --engine tensorflow.`
  }
  const [, shape] = /OOM when allocating tensor with shape(\[[\d,]*\])/.exec(message) ?? []
  if (shape === undefined) return undefined
  return `TensorFlow found no memory for a tensor of the shape ${shape}; ${smaller}, or fewer workers.`
}

/** Errors of the operating system name the call and the path: no permission, disk full. */
function isSystemError(error: Error): boolean {
  return 'syscall' in error && 'code' in error
}

function oneLine({ message }: Error): string {
  return message.replaceAll(/\s*\n\s*/g, ' ').trim()
}
