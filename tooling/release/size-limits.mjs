/** Writes size-limits.json anew: the sizes of today, and a limit a fifth above each. Build first. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packPackages, readWorkspace } from './src/packages.mjs'
import { limitFor, limitsFile, measureSizes } from './src/sizes.mjs'
import { inTemporaryFolder } from './src/temporary-folder.mjs'

const workspace = await readWorkspace(fileURLToPath(new URL('../..', import.meta.url)))
await inTemporaryFolder('size-limits', async (folder) => {
  const limits = {}
  for (const packed of await packPackages(workspace, folder)) {
    const sizes = Object.entries(await measureSizes(packed))
    limits[packed.name] = Object.fromEntries(
      sizes.map(([measure, today]) => [measure, { today, limit: limitFor(today) }]),
    )
  }
  await writeFile(join(workspace.root, limitsFile), `${JSON.stringify(limits, null, 2)}\n`)
})
