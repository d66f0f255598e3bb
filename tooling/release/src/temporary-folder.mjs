import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Makes a folder outside the workspace, lends it, and removes it: at the end, on an error, and on Ctrl-C or SIGTERM.
 *
 * @template T
 * @param {string} name what its name begins with
 * @param {(folder: string) => Promise<T>} work
 * @returns {Promise<T>} what `work` gives
 */
export async function inTemporaryFolder(name, work) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), `${name}-`)))
  const remove = () => rm(folder, { recursive: true, force: true })
  const interruptions = Object.entries({ SIGINT: 130, SIGTERM: 143 }).map(([signal, code]) => {
    const interrupted = () => void remove().finally(() => process.exit(code))
    process.once(signal, interrupted)
    return () => process.off(signal, interrupted)
  })
  try {
    return await work(folder)
  } finally {
    for (const release of interruptions) release()
    await remove()
  }
}
