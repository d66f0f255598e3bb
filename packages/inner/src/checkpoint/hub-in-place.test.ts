import { readdir } from 'node:fs/promises'
import { encodeSafetensors } from '@tintjs/tensor'
import { digestOf } from '@tooling/test-hub'
import { describe, expect, it } from 'vitest'
import { openCheckpoint } from './checkpoint'
import { folderSource } from './folder'
import type { HubOptions } from './hub/settings'
import { goldenFolder, messageOf, repository, useTestHub } from './hub/test-fixture'
import { hubSourceInPlace } from './hub-in-place'

const at = useTestHub()
const inPlace = (options: HubOptions = {}) =>
  hubSourceInPlace(repository, { endpoint: at.hub.endpoint, cacheFolder: at.cacheFolder, ...options })
const rangesOfWeights = () =>
  at.hub.requests.filter(({ path }) => path.startsWith('/cdn/')).map(({ range }) => range)

describe('hubSourceInPlace', () => {
  it('describes a model by the header of its weights, and keeps only the configuration', async () => {
    const checkpoint = await openCheckpoint(await inPlace())
    const expected = await openCheckpoint(folderSource(goldenFolder))
    expect(checkpoint).toMatchObject({ name: repository, config: expected.config, tensors: expected.tensors })
    expect(rangesOfWeights()).toEqual(['bytes=0-15', expect.stringMatching(/^bytes=8-\d{4,5}$/)])
    expect(await readdir(at.inCache('blobs'))).toEqual([digestOf('config.json', at.config)])
    const name = [...checkpoint.tensors.keys()].at(-1)!
    expect(await checkpoint.read(name)).toEqual(await expected.read(name))
    // The cache is not taken for complete.
    await at.get()
    await at.expectWholeBlob()
  })

  it('reads what is asked for where the hub serves no ranges', async () => {
    at.hub.behaviour.ignoresRanges = true
    const source = await inPlace()
    expect((await openCheckpoint(source)).tensors.size).toBeGreaterThan(0)
    const range = { start: 70_000, end: 70_100 }
    expect(Buffer.from(await source.read('model.safetensors', range))).toEqual(
      Buffer.from(at.weights.subarray(range.start, range.end)),
    )
  })

  it('reads headers of shards', async () => {
    const shard = (name: string) =>
      Buffer.concat([...encodeSafetensors([{ name, shape: [1], data: Float32Array.of(1) }])])
    await at.serve({
      'config.json': '{}',
      'model.safetensors.index.json': JSON.stringify({
        weight_map: { a: 'a.safetensors', b: 'b.safetensors' },
      }),
      'a.safetensors': shard('a'),
      'b.safetensors': shard('b'),
    })
    expect([...(await openCheckpoint(await inPlace())).tensors.keys()]).toEqual(['a', 'b'])
  })

  it('asks for no weights where the cache has them, and for nothing where it must not', async () => {
    await at.get()
    at.hub.requests.length = 0
    expect((await openCheckpoint(await inPlace())).tensors.size).toBeGreaterThan(0)
    expect(at.hub.fileRequests()).toEqual([])
    at.hub.requests.length = 0
    await openCheckpoint(await inPlace({ localFilesOnly: true }))
    expect(at.hub.requests).toEqual([])
    await at.hub.close()
    expect((await openCheckpoint(await inPlace())).name).toBe(repository)
  })

  it("fetches PyTorch's files whole", async () => {
    await at.serve({ 'config.json': '{}', 'pytorch_model.bin': 'weights' })
    const source = await inPlace()
    expect(Buffer.from(await source.read('pytorch_model.bin')).toString()).toBe('weights')
    expect(await readdir(at.inCache('blobs'))).toHaveLength(2)
  })

  it('says what is wrong in one sentence', async () => {
    const source = await inPlace()
    at.hub.behaviour.drop = { after: 1000, times: 1 }
    expect(await messageOf(source.read('model.safetensors', { start: 0, end: 50_000 }))).toMatch(
      /^The connection broke while model\.safetensors of owner\/tiny on .* was read \(.*\); run it again\.$/,
    )
    expect(await messageOf(source.read('other'))).toBe('There is no other in owner/tiny.')
    at.hub.behaviour.gated = true
    expect(await messageOf(inPlace())).toContain('is gated or private (403)')
    const reason = new Error('enough')
    await expect(inPlace({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(await messageOf(inPlace({ revision: '../x' }))).toContain('is not a revision')
  })
})
