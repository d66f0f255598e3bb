import { spawnSync } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cacheFolder, createEntry, isIntact, type Manifest, readEntry, withLock } from './cache.js'
import { InstallError } from './errors.js'
import { sha256OfFile } from './files.js'
import { silentReporter } from './report.js'
import { recordingReporter, temporaryFolder } from './test-support.js'

async function fill(folder: string, content = 'content'): Promise<Manifest> {
  await writeFile(join(folder, 'a'), content)
  const facts = { bytes: content.length, sha256: await sha256OfFile(join(folder, 'a')) }
  return { format: 1, key: 'k', sources: [], files: { a: facts } }
}

describe('cacheFolder', () => {
  it.each([
    [{ TINT_CACHE: '/t', XDG_CACHE_HOME: '/x', HOME: '/h' }, 'linux', '/t/libtensorflow'],
    [{ XDG_CACHE_HOME: '/x', HOME: '/h' }, 'linux', '/x/tint/libtensorflow'],
    [{ HOME: '/h' }, 'linux', '/h/.cache/tint/libtensorflow'],
    [{ XDG_CACHE_HOME: '/x', HOME: '/h' }, 'darwin', '/h/Library/Caches/tint/libtensorflow'],
  ])('%j on %s is %s', (env, os, folder) => {
    expect(cacheFolder(env, os)).toBe(folder)
  })

  it('ignores a relative XDG_CACHE_HOME', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: 'x', HOME: '/h' }, 'linux')).toBe('/h/.cache/tint/libtensorflow')
  })

  it('says what to set where there is no home', () => {
    const work = () => cacheFolder({ HOME: 'x' }, 'linux')
    expect(work).toThrow(expect.objectContaining({ code: 'cannot-write' }))
    expect(work).toThrow(/HOME is not set.*set TINT_CACHE/)
  })
})

describe('createEntry', () => {
  it('makes a whole entry', async () => {
    const entry = join(await temporaryFolder(), 'cache', 'k')
    const manifest = await createEntry(entry, fill)
    expect(await readEntry(entry)).toEqual(manifest)
    expect(await isIntact(entry, manifest, silentReporter)).toBe(true)
  })

  it('leaves nothing when it fails', async () => {
    const cache = await temporaryFolder()
    const work = createEntry(join(cache, 'k'), async (partial) => {
      await fill(partial)
      throw new InstallError('bad-source', 'no')
    })
    await expect(work).rejects.toThrow('no')
    expect(await readdir(cache)).toEqual([])
  })

  it('replaces a damaged entry as a whole', async () => {
    const cache = await temporaryFolder()
    const entry = join(cache, 'k')
    await createEntry(entry, fill)
    await writeFile(join(entry, 'stray'), '')
    await createEntry(entry, (partial) => fill(partial, 'new'))
    expect((await readdir(entry)).sort()).toEqual(['a', 'manifest.json'])
    expect(await readdir(cache)).toEqual(['k'])
  })

  it('says which folder cannot be written', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'file'), '')
    const work = createEntry(join(folder, 'file', 'k'), fill)
    await expect(work).rejects.toThrow(expect.objectContaining({ code: 'cannot-write' }))
    await expect(work).rejects.toThrow(/TINT_CACHE/)
  })
})

describe('readEntry', () => {
  it('takes no entry without its files, its sizes or a sound manifest', async () => {
    const entry = join(await temporaryFolder(), 'k')
    expect(await readEntry(entry)).toBeNull()
    await createEntry(entry, fill)
    await writeFile(join(entry, 'a'), 'short')
    expect(await readEntry(entry)).toBeNull()
    await createEntry(entry, fill)
    await writeFile(join(entry, 'manifest.json'), '{"format":1')
    expect(await readEntry(entry)).toBeNull()
    await writeFile(join(entry, 'manifest.json'), 'null')
    expect(await readEntry(entry)).toBeNull()
  })

  it('leaves a changed file of the same size to isIntact', async () => {
    const entry = join(await temporaryFolder(), 'k')
    const manifest = await createEntry(entry, fill)
    await writeFile(join(entry, 'a'), 'c0ntent')
    expect(await readEntry(entry)).toEqual(manifest)
    expect(await isIntact(entry, manifest, silentReporter)).toBe(false)
  })
})

describe('withLock', () => {
  it('lets one work after the other and clears what a killed one left', async () => {
    const cache = join(await temporaryFolder(), 'libtensorflow')
    const { pid } = spawnSync('true')
    await mkdir(join(cache, `k.partial-${pid}-ab`), { recursive: true })
    await mkdir(join(cache, `k.partial-${process.ppid}-ab`)) // of a process that runs
    const events: string[] = []
    const waiting = recordingReporter()
    let second: Promise<void> | undefined
    await withLock(cache, silentReporter, async () => {
      second = withLock(cache, waiting, async () => void events.push('second'))
      while (waiting.lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
      events.push('first')
    })
    await second
    expect(events).toEqual(['first', 'second'])
    expect(waiting.lines).toEqual(['Another installation is at work; waiting for it.'])
    expect(await readdir(cache)).toEqual([`k.partial-${process.ppid}-ab`])
  })

  it('works without a lock where none can be made', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'file'), '')
    expect(await withLock(join(folder, 'file', 'cache'), silentReporter, async () => 7)).toBe(7)
  })
})
