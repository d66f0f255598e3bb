import { lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf } from '@tooling/test-hub'
import { describe, expect, it } from 'vitest'
import { messageOf, useTestHub } from './test-fixture'

const at = useTestHub()

describe('interrupted fetching', () => {
  it('keeps what came when the connection breaks, and goes on from there', async () => {
    at.hub.behaviour.drop = { after: 100_000, times: 1 }
    const message = await messageOf(at.get())
    expect(message).toMatch(
      /^The connection broke while model\.safetensors of owner\/tiny on .* was fetched \(.*, after \d+ of \d+ bytes\)/,
    )
    expect(message).toContain('what has come is kept: run it again')
    const partial = (await lstat(`${at.blob}.incomplete`)).size
    expect(partial).toBeGreaterThan(0)
    expect(partial).toBeLessThanOrEqual(100_000)
    expect(await readdir(at.inCache('blobs'))).not.toContain(digestOf('model.safetensors', at.weights))
    expect(await messageOf(at.get({ localFilesOnly: true }))).toContain('is not complete in the cache')

    at.hub.requests.length = 0
    const seen: number[] = []
    await at.get({ onProgress: ({ loadedBytes }) => seen.push(loadedBytes) })
    expect(at.hub.fileRequests().map(({ range }) => range)).toEqual([`bytes=${partial}-`])
    expect(at.hub.requests.find(({ path }) => path.startsWith('/cdn/'))?.range).toBe(`bytes=${partial}-`)
    expect(seen[1]).toBe(at.config.length + partial)
    await at.expectWholeBlob()
    expect((await readdir(at.inCache('blobs'))).filter((name) => name.includes('incomplete'))).toEqual([])
  })

  it('works with a hub that serves no ranges, and with one that ends early', async () => {
    at.hub.behaviour.endsEarly = true
    expect(await messageOf(at.get())).toContain('it ended early')
    at.hub.behaviour.endsEarly = false
    at.hub.behaviour.ignoresRanges = true
    await at.get()
    await at.expectWholeBlob()
  })

  it('stops at once on a signal and can be gone on with', async () => {
    at.hub.behaviour.stallsAfter = 50_000
    const stop = new AbortController()
    const reason = new Error('enough')
    const fetching = at.get({
      signal: stop.signal,
      onProgress: ({ loadedBytes }) => {
        if (loadedBytes > at.config.length + 10_000) stop.abort(reason)
      },
    })
    await expect(fetching).rejects.toBe(reason)
    const partial = (await lstat(`${at.blob}.incomplete`)).size
    expect(partial).toBeGreaterThan(0)
    await expect(at.get({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    delete at.hub.behaviour.stallsAfter
    await at.get()
    expect(at.hub.fileRequests().at(-1)?.range).toBe(`bytes=${partial}-`)
    await at.expectWholeBlob()
  })

  it('fetches a damaged content again, once', async () => {
    at.hub.behaviour.corrupt = { times: 1 }
    await at.get()
    await at.expectWholeBlob()
  })

  it('refuses a content that is damaged twice, and keeps nothing of it', async () => {
    at.hub.behaviour.corrupt = { times: 2 }
    expect(await messageOf(at.get())).toMatch(
      /^model\.safetensors of owner\/tiny on .* came with a wrong checksum 2 times/,
    )
    expect(await readdir(at.inCache('blobs'))).toEqual([digestOf('config.json', at.config)])
  })

  it('throws a damaged beginning away that an earlier call left', async () => {
    await mkdir(at.inCache('blobs'), { recursive: true })
    await writeFile(`${at.blob}.incomplete`, new Uint8Array(1000))
    await at.get()
    await at.expectWholeBlob()
  })

  it('twice at once fetches every content once', async () => {
    const sources = await Promise.all([at.get(), at.get(), at.get()])
    expect(new Set(sources.map(({ folder }) => folder)).size).toBe(1)
    expect(at.hub.fileRequests()).toHaveLength(2)
  })

  it.skipIf(process.platform !== 'linux')('says when the disk is full', async () => {
    await mkdir(at.inCache('blobs'), { recursive: true })
    await symlink('/dev/full', `${at.blob}.incomplete`)
    expect(await messageOf(at.get())).toMatch(/^The disk of the cache .* is full; free some space/)
  })

  it('says when the cache cannot be written', async () => {
    await writeFile(join(at.cacheFolder, 'models--owner--tiny'), 'a file')
    expect(await messageOf(at.get())).toMatch(/^The cache .* cannot be written \((ENOTDIR|EEXIST)\)/)
  })
})
