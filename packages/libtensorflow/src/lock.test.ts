import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { takeLock } from './lock.js'
import { temporaryFolder } from './test-support.js'

const nothing = () => {}

/** A lock as this process would write it, with something changed. */
async function lockLike(change: Record<string, unknown>) {
  const folder = await temporaryFolder()
  const path = join(folder, 'x.lock')
  const release = await takeLock(path, nothing)
  const own: Record<string, unknown> = JSON.parse(await readFile(path, 'utf8'))
  await release()
  await writeFile(path, JSON.stringify({ ...own, id: 'other', ...change }))
  return { folder, path }
}

describe('takeLock', () => {
  it('lets one in at a time, and leaves nothing', async () => {
    const folder = await temporaryFolder()
    let inside = 0
    const one = async () => {
      const release = await takeLock(join(folder, 'x.lock'), nothing)
      inside += 1
      expect(inside).toBe(1)
      await new Promise((resolve) => setTimeout(resolve, 20))
      inside -= 1
      await release()
    }
    await Promise.all(Array.from({ length: 6 }, one))
    expect(await readdir(folder)).toEqual([])
  })

  it('takes over at once from an owner that has ended', async () => {
    const { folder, path } = await lockLike({ pid: spawnSync('true').pid })
    const onWait = vi.fn()
    const release = await takeLock(path, onWait)
    expect(onWait).not.toHaveBeenCalled()
    await release()
    expect(await readdir(folder)).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')('is not misled by a number that is used again', async () => {
    const { path } = await lockLike({ pid: process.ppid, started: '1' })
    const onWait = vi.fn()
    await (await takeLock(path, onWait))()
    expect(onWait).not.toHaveBeenCalled()
  })

  it('waits for an owner that runs, and for one elsewhere', async () => {
    const sleeper = spawn('sleep', ['30'])
    for (const change of [
      { pid: sleeper.pid, started: null },
      { place: 'another computer', pid: spawnSync('true').pid },
    ]) {
      const { path } = await lockLike(change)
      const onWait = vi.fn()
      const taken = vi.fn()
      const work = takeLock(path, onWait).then(async (release) => {
        taken()
        await release()
      })
      await new Promise((resolve) => setTimeout(resolve, 400))
      expect(onWait).toHaveBeenCalledTimes(1)
      expect(taken).not.toHaveBeenCalled()
      await writeFile(
        path,
        JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...(await dead()) }),
      )
      await work
    }
    sleeper.kill()
    await once(sleeper, 'exit')
  })

  it('takes over from one elsewhere that is silent for half a minute, by its own clock', async () => {
    const { path } = await lockLike({ place: 'another computer' })
    await utimes(path, new Date(0), new Date(0)) // an old time alone proves nothing: clocks differ
    vi.spyOn(performance, 'now').mockImplementation(
      (() => {
        let now = 0
        return () => {
          now += 6_000
          return now
        }
      })(),
    )
    const onWait = vi.fn()
    await (await takeLock(path, onWait))()
    vi.restoreAllMocks()
    expect(onWait).toHaveBeenCalledTimes(1)
  })

  it.each(['', '{"pid":', 'null', '{"place":1}'])(
    'takes over a lock that holds %j after two seconds',
    async (text) => {
      const path = join(await temporaryFolder(), 'x.lock')
      await writeFile(path, text)
      const begin = performance.now()
      await (await takeLock(path, nothing))()
      expect(performance.now() - begin).toBeLessThan(5_000)
    },
  )

  it('takes over the folder that an earlier version locked with', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'x.lock'))
    await (await takeLock(join(folder, 'x.lock'), nothing))()
    expect(await readdir(folder)).toEqual([])
  })

  it('says when no lock can be made', async () => {
    const path = join(await temporaryFolder(), 'no folder', 'x.lock')
    await expect(takeLock(path, nothing)).rejects.toThrow('ENOENT')
  })

  it('leaves a lock alone that is no longer its own', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'x.lock')
    const release = await takeLock(path, nothing)
    await writeFile(path, 'of somebody else')
    await release()
    expect(await readFile(path, 'utf8')).toBe('of somebody else')
  })
})

/** The facts of an owner of this computer that has ended. */
async function dead(): Promise<Record<string, unknown>> {
  const { path } = await lockLike({})
  return { ...JSON.parse(await readFile(path, 'utf8')), pid: spawnSync('true').pid }
}
