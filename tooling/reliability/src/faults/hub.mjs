import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { endAfter, lastLine, runTint, runWell } from '../command.mjs'
import { startHub } from '../hub.mjs'
import { contentsOf } from '../places.mjs'
import { Tally } from '../tally.mjs'

const args = ['construct', 'owner/tiny', '--output']

/** Downloads that are killed. */
export const hub = [
  {
    name: 'SIGKILL at random moments: a model that comes from the hub',
    expected: 'the cache holds no wrong content under its name; the next run goes on and works',
    run: killedDownload,
  },
]

async function killedDownload({ places, kills, random }) {
  const tally = new Tally()
  const server = await startHub(places)
  try {
    const environment = () => ({
      HF_ENDPOINT: server.endpoint,
      HF_HUB_CACHE: places.fresh('cache'),
      HF_HUB_OFFLINE: '0',
    })
    const reference = environment()
    const { milliseconds } = await runWell([...args, places.fresh('simulator')], { env: reference })
    const right = blobs(reference.HF_HUB_CACHE)
    for (let kill = 0; kill < kills; kill++) {
      const env = environment()
      await endAfter(milliseconds * (0.1 + 0.6 * random()), 'SIGKILL', [...args, places.fresh('simulator')], {
        env,
      })
      const before = blobs(env.HF_HUB_CACHE)
      const wrong = [...before].find(([name, bytes]) => right.has(name) && !right.get(name).equals(bytes))
      const again = await runTint([...args, places.fresh('simulator')], { env })
      const left = [...blobs(env.HF_HUB_CACHE).keys()].filter((name) => !right.has(name))
      const fault =
        (wrong && `${wrong[0]} is wrong`) ??
        (again.code === 0 ? undefined : lastLine(again.stderr)) ??
        (left.length > 0 ? `left over: ${left}` : undefined)
      const kept = [...before.keys()].some((name) => name.endsWith('.incomplete'))
      tally.add(
        fault === undefined,
        fault ?? (kept ? 'a part was kept and gone on with' : `${before.size} files were there, all whole`),
      )
    }
  } finally {
    await server.close()
  }
  return tally
}

function blobs(cache) {
  try {
    const folder = join(cache, 'models--owner--tiny', 'blobs')
    return readdirSync(folder).length === 0 ? new Map() : contentsOf(folder)
  } catch {
    return new Map()
  }
}
