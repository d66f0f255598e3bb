import { createReadStream, createWriteStream, rmSync } from 'node:fs'
import { mkdtemp, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { InputError } from '@tintjs/tensor'
import { interruption } from '../interruption'

/** Names that mean something else in another process: `/dev/stdin`, `/dev/fd/63`. */
const ownName = /^\/(dev|proc)\//

/**
 * A path where a file can be read again, by other processes too. What can be read but once, such as a pipe that a shell
 * gives as `<(…)`, is read here to its end, into a temporary file of the same name that goes with this process.
 *
 * @param path of anything; what is missing or a folder is given back as it is
 * @throws InputError when it cannot be read
 */
export async function readableAgain(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || found.isDirectory()) return path
  if (found.isFile() && !ownName.test(path)) return path
  const folder = await mkdtemp(join(tmpdir(), 'tint-input-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const copy = join(folder, basename(path))
  try {
    await pipeline(createReadStream(path), createWriteStream(copy), { signal: interruption.signal })
  } catch (error) {
    interruption.signal.throwIfAborted()
    const { code } = error as NodeJS.ErrnoException
    throw new InputError(
      `${path} could not be read to its end into ${copy} (${code}); save it to a file first.`,
    )
  }
  return copy
}
