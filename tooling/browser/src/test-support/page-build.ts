import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'

/** The page as Vite builds it. */
export interface PageBuild {
  /** A folder of its own, to be served. */
  readonly folder: string
  readonly files: readonly (Rolldown.OutputChunk | Rolldown.OutputAsset)[]
  /** Deletes the folder. */
  remove(): Promise<void>
}

/** Builds the page into a temporary folder. */
export async function buildPage(): Promise<PageBuild> {
  const folder = await mkdtemp(join(tmpdir(), 'tint-page-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const output = await build({
      root: fileURLToPath(new URL('../..', import.meta.url)),
      logLevel: 'warn',
      // Vitest sets another mode, in which libraries keep their checks.
      mode: 'production',
      build: { outDir: folder, emptyOutDir: true },
    })
    if (!('output' in output)) throw new Error('Expected one build of the page.')
    return { folder, files: output.output, remove }
  } catch (error) {
    await remove()
    throw error
  }
}
