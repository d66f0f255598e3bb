import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { isIntact, readEntry } from './cache.js'
import { installNative } from './install.js'
import { silentReporter } from './report.js'
import { nativeStatus } from './status.js'
import {
  canCompile,
  npmProject,
  recordingReporter,
  temporaryFolder,
  unknownWheelName,
  workingWheelContents,
  writeWheel,
} from './test-support.js'

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

/** Moments of an installation of about a second: start, checksum, lock, unpacking, linking, compiling, trying. */
const MOMENTS_MS = momentsOf(Number(process.env.TINT_KILLS ?? 5))

/** 5 of them, or as many as `pnpm reliability` asks for, spread over the second. */
function momentsOf(count: number): number[] {
  if (count === 5) return [120, 200, 300, 500, 800]
  return Array.from({ length: count }, (_, index) => 100 + (index * 800) / count)
}

describe.skipIf(!canCompile)('an installation that is killed', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'by %s leaves nothing half that is used, and the next one works at once',
    async (signal) => {
      const folder = await temporaryFolder()
      const from = await writeWheel(join(folder, unknownWheelName()), await workingWheelContents())
      for (const moment of MOMENTS_MS) {
        const { project } = await npmProject(join(folder, `project-${moment}`))
        const env = { ...process.env, TINT_CACHE: join(folder, `cache-${moment}`) }
        const child = spawn(process.execPath, [CLI, 'install', '--from', from], { cwd: project, env })
        await killAfter(child, moment + Math.random() * 60, signal)
        const cache = join(env.TINT_CACHE, 'libtensorflow')
        await expectOnlyWhole(cache)
        const reporter = recordingReporter()
        expect(await installNative({ cwd: project, env, from, reporter })).toMatchObject({
          tensorflow: expect.any(String),
        })
        expect(reporter.lines.join()).not.toContain('waiting for it')
        expect((await nativeStatus({ cwd: project, env })).loads).toMatchObject({ ok: true })
        expect(await readdir(env.TINT_CACHE)).toEqual(['libtensorflow'])
        expect((await readdir(cache)).filter((name) => name.includes('.partial-'))).toEqual([])
      }
    },
    600_000,
  )
})

async function killAfter(child: ChildProcess, moment: number, signal: NodeJS.Signals): Promise<void> {
  const end = once(child, 'exit')
  await setTimeout(moment)
  child.kill(signal)
  await end
}

/** What has its final name in the cache is as its manifest says. */
async function expectOnlyWhole(cache: string): Promise<void> {
  for (const name of (await readdir(cache).catch(() => [])).filter((one) => !one.includes('.partial-'))) {
    const manifest = await readEntry(join(cache, name))
    expect(manifest, name).not.toBeNull()
    expect(await isIntact(join(cache, name), manifest!, silentReporter), name).toBe(true)
  }
}
