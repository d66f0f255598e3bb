import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadInnerModel } from '@tintjs/inner'
import { hubSource } from '@tintjs/inner/node'
import { startTestHub } from '@tooling/test-hub'
import { adapters } from './building/checkpoint'

/** What a hub says that it should not; stands in a folder's `hub.json` and is not served. */
export const hubBehaviour = 'hub.json'

/** Serves a folder as a repository of a hub on this machine, and loads the model from there. */
export async function loadFromHub(folder: string): Promise<void> {
  const contents = new Map(
    readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]),
  )
  const behaviour = contents.get(hubBehaviour)
  contents.delete(hubBehaviour)
  const hub = await startTestHub(Object.fromEntries(contents))
  const cacheFolder = mkdtempSync(join(tmpdir(), 'tint-hostile-hub-'))
  try {
    if (behaviour !== undefined) Object.assign(hub.behaviour, JSON.parse(new TextDecoder().decode(behaviour)))
    const source = await hubSource('owner/tiny', {
      endpoint: hub.endpoint,
      cacheFolder,
      localFilesOnly: false,
    })
    const model = await loadInnerModel(source, { adapters })
    model.dispose()
  } finally {
    await hub.close()
    rmSync(cacheFolder, { recursive: true })
  }
}
