import { lstat, mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeSafetensors } from '@tintjs/tensor'
import { digestOf } from '@tooling/test-hub'
import { describe, expect, it } from 'vitest'
import { openCheckpoint } from './checkpoint'
import { folderSource } from './folder'
import type { HubProgress } from './hub/settings'
import { goldenFolder, messageOf, repository, useTestHub } from './hub/test-fixture'

const at = useTestHub()

describe('hubSource', () => {
  it('fetches what a model needs and nothing else', async () => {
    const source = await at.get()
    expect(at.hub.fileRequests().map(({ path }) => path.split('/').at(-1))).toEqual([
      'config.json',
      'model.safetensors',
    ])
    expect(source).toMatchObject({
      name: repository,
      commit: at.hub.commit,
      folder: at.inCache('snapshots', at.hub.commit),
    })
    const checkpoint = await openCheckpoint(source)
    const expected = await openCheckpoint(folderSource(goldenFolder))
    expect(checkpoint.tensors).toEqual(expected.tensors)
    const name = [...checkpoint.tensors.keys()].at(-1)!
    expect(await checkpoint.read(name)).toEqual(await expected.read(name))
  })

  it('keeps files as the libraries of Hugging Face do', async () => {
    await at.get({ revision: 'v1' })
    expect(await readFile(at.inCache('refs', 'v1'), 'utf8')).toBe(at.hub.commit)
    const link = at.inCache('snapshots', at.hub.commit, 'model.safetensors')
    expect((await lstat(link)).isSymbolicLink()).toBe(true)
    expect(await readlink(link)).toBe(join('..', '..', 'blobs', digestOf('model.safetensors', at.weights)))
    expect((await readdir(at.inCache('blobs'))).sort()).toEqual(
      [digestOf('config.json', at.config), digestOf('model.safetensors', at.weights)].sort(),
    )
  })

  it('fetches the tokenizer when it is asked for', async () => {
    await at.get()
    const { folder } = await at.get({ tokenizer: true })
    expect((await readdir(folder)).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'tokenizer.json',
      'vocab.json',
    ])
    expect(at.hub.fileRequests()).toHaveLength(4)
  })

  it('fetches shards, and PyTorch files where there is nothing else', async () => {
    const shard = (name: string) =>
      Buffer.concat([...encodeSafetensors([{ name, shape: [1], data: Float32Array.of(1) }])])
    const index = JSON.stringify({ weight_map: { a: 'a.safetensors', b: 'b.safetensors' } })
    await at.serve({
      'config.json': '{}',
      'model.safetensors.index.json': index,
      'a.safetensors': shard('a'),
      'b.safetensors': shard('b'),
      'c.safetensors': shard('c'),
    })
    const seen: HubProgress[] = []
    const sharded = await openCheckpoint(await at.get({ onProgress: (progress) => seen.push(progress) }))
    expect([...sharded.tensors.keys()]).toEqual(['a', 'b'])
    const total = 2 + index.length + shard('a').length + shard('b').length
    expect(seen.at(-1)).toEqual({ path: 'b.safetensors', loadedBytes: total, totalBytes: total })
    expect(new Set(seen.map(({ totalBytes }) => totalBytes))).toEqual(new Set([total]))

    await at.serve({ 'config.json': '{}', 'pytorch_model.bin': 'weights', 'flax_model.msgpack': 'x' })
    const { folder } = await at.get()
    expect((await readdir(folder)).sort()).toEqual(['config.json', 'pytorch_model.bin'])
  })

  it('reports progress up to the total', async () => {
    const seen: number[] = []
    const total = at.config.length + at.weights.length
    await at.get({
      onProgress: ({ loadedBytes, totalBytes }) => {
        expect(totalBytes).toBe(total)
        seen.push(loadedBytes)
      },
    })
    expect(seen).toEqual([...seen].sort((left, right) => left - right))
    expect(seen.at(-1)).toBe(total)
    expect(seen.length).toBeGreaterThan(3)
  })

  it('fetches no file twice, and asks nothing where nothing can have changed', async () => {
    await at.get()
    const files = at.hub.fileRequests().length
    await at.get()
    expect(at.hub.fileRequests()).toHaveLength(files)
    const requests = at.hub.requests.length
    const local = await at.get({ localFilesOnly: true })
    expect(local.commit).toBe(at.hub.commit)
    expect((await at.get({ revision: at.hub.commit })).folder).toBe(local.folder)
    expect((await openCheckpoint(local)).tensors.size).toBeGreaterThan(0)
    expect(at.hub.requests).toHaveLength(requests)
  })

  it('asks for a tokenizer that is not cached, also of a commit, and does without it where there is no network', async () => {
    await at.get()
    await at.get({ revision: at.hub.commit, tokenizer: true })
    expect(at.hub.fileRequests()).toHaveLength(4)
    await at.serve({ 'config.json': at.config, 'model.safetensors': at.weights })
    const { commit } = await at.get({ tokenizer: true })
    await at.hub.close()
    expect((await at.get({ tokenizer: true })).commit).toBe(commit)
    expect((await at.get({ tokenizer: true, revision: commit })).commit).toBe(commit)
  })

  it('uses the last version where the hub cannot answer or be reached, but not where it refuses', async () => {
    at.hub.behaviour.status = 500
    expect(await messageOf(at.get())).toMatch(
      /answered with an error \(500\) for owner\/tiny; try again later/,
    )
    delete at.hub.behaviour.status
    await at.get()
    for (const status of [429, 500, 503]) {
      at.hub.behaviour.status = status
      expect((await at.get()).commit).toBe(at.hub.commit)
    }
    for (const status of [401, 403, 404, 410]) {
      at.hub.behaviour.status = status
      expect(await messageOf(at.get())).toContain(`(${status})`)
    }
    await at.hub.close()
    expect((await at.get()).commit).toBe(at.hub.commit)
  })

  it('finds contents that are there without a link, and repairs what is not whole', async () => {
    await mkdir(at.inCache('blobs'), { recursive: true })
    await writeFile(at.blob, at.weights)
    await mkdir(at.inCache('snapshots', at.hub.commit), { recursive: true })
    await writeFile(at.inCache('snapshots', at.hub.commit, 'config.json'), 'cut')
    await at.get()
    expect(at.hub.fileRequests().map(({ path }) => path.split('/').at(-1))).toEqual(['config.json'])
    expect(await readFile(at.inCache('snapshots', at.hub.commit, 'config.json'))).toEqual(
      Buffer.from(at.config),
    )
  })
})
