/**
 * `pnpm release:rehearse`: makes a whole release in a copy of the repository, publishes it to a registry on this machine,
 * and installs it from there. Nothing leaves the machine. docs/publishing.md shows what it prints.
 */
import { fileURLToPath } from 'node:url'
import { rehearse } from './src/rehearsal.mjs'
import { inTemporaryFolder } from './src/temporary-folder.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
try {
  await inTemporaryFolder('release-rehearsal', (folder) =>
    rehearse(root, folder, (text, seconds) => console.log(`${seconds.toFixed(1).padStart(6)} s  ${text}`)),
  )
  console.log('The release works.')
} catch (error) {
  console.error(`The rehearsal failed: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
