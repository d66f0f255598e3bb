/** What went wrong, for programs; the message says it for people. */
export type InstallErrorCode =
  | 'unsupported-platform'
  | 'package-not-found'
  | 'python-not-found'
  | 'compiler-not-found'
  | 'download-failed'
  | 'wrong-checksum'
  | 'bad-source'
  | 'compile-failed'
  | 'load-failed'
  | 'cannot-write'

/** The one error this package throws on purpose: a sentence with what was found and what to do. */
export class InstallError extends Error {
  override readonly name = 'InstallError'
  readonly code: InstallErrorCode

  constructor(code: InstallErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The system's code (`ENOENT`, `EROFS` ...) of a file error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
