import { dirname } from 'node:path'
import { InputError } from '../errors'

/** What to tell when the file system refuses to write a file: the file, and what to do. */
export function writeError(path: string, error: unknown): InputError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  return new InputError(`${path} could not be written (${code}); ${adviceFor(code, path)}`, { cause: error })
}

function adviceFor(code: string, path: string): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `the folder ${dirname(path)} does not exist: create it first`
    case 'EISDIR':
    case 'ENOTEMPTY':
    case 'EEXIST':
      return 'a folder has this name: give the path of a file'
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full: free some space'
    case 'EROFS':
      return 'the file system can only be read: choose another place'
    default:
      return 'check that the folder exists and may be written'
  }
}
