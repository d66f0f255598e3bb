import { access, constants } from 'node:fs/promises'
import { dirname } from 'node:path'

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
  | 'disk-full'
  | 'cannot-write'
  | 'unsafe-cache'

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

/** What the system's codes mean when a folder cannot take a file. */
const WRITE_ERRORS: Record<string, string> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it is read-only',
  ENOTDIR: 'a part of that path is a file and no folder',
  EEXIST: 'a part of that path is a file and no folder',
  EISDIR: 'a folder is in the place of a file',
  ENOENT: 'it is not there or went away meanwhile',
  ENOTEMPTY: 'something else writes there as well',
  ENAMETOOLONG: 'that path is too long',
  ELOOP: 'its links lead in a circle',
  EIO: 'the disk reports an error',
}

const FULL_DISK: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: "this user's share of the disk is used up",
}

/** What to do about a folder that cannot be written, by what is wrong with it. */
export interface WriteAdvice {
  /** What the folder is: `the cache`. */
  what: string
  whenFull: string
  otherwise: string
}

/**
 * Runs `write`; when the folder cannot take a file, says so in a sentence.
 * @throws {InstallError} `disk-full`, `cannot-write`; and whatever else `write` throws
 */
export async function writing<T>(folder: string, advice: WriteAdvice, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    const code = await causeOf(systemCode(error) ?? '', folder)
    const start = `Cannot write ${advice.what} ${folder}`
    const full = FULL_DISK[code]
    if (full !== undefined) {
      throw new InstallError('disk-full', `${start}: ${full}; ${advice.whenFull}.`, { cause: error })
    }
    const why = WRITE_ERRORS[code]
    if (why === undefined || error instanceof InstallError) throw error
    throw new InstallError('cannot-write', `${start}: ${why}; ${advice.otherwise}.`, { cause: error })
  }
}

/** On a read-only disk making folders says ENOENT; what is wrong shows at the nearest folder that is there. */
async function causeOf(code: string, folder: string): Promise<string> {
  if (code !== 'ENOENT' || dirname(folder) === folder) return code
  try {
    await access(folder, constants.W_OK)
    return code
  } catch (error) {
    const cause = systemCode(error) ?? code
    return cause === 'ENOENT' ? causeOf(code, dirname(folder)) : cause
  }
}
