import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf, startTestHub, type TestHub } from '@tooling/test-hub'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { messageOf } from './hub/test-fixture'
import { hubFile } from './hub-file'

const repository = 'datasets/owner/texts'
const path = 'plain text/train-00000-of-00001.parquet'
const content = Buffer.alloc(300_000, 'rows')

let hub: TestHub
let cacheFolder: string

beforeEach(async () => {
  hub = await startTestHub({ [path]: content, 'README.md': 'about' }, repository)
  cacheFolder = await mkdtemp(join(tmpdir(), 'inner-hub-file-'))
})
afterEach(async () => {
  await hub.close()
  await rm(cacheFolder, { recursive: true, force: true })
})

const get = (file = path, options = {}) =>
  hubFile(repository, file, { endpoint: hub.endpoint, cacheFolder, ...options })
const inCache = (...parts: string[]) => join(cacheFolder, 'datasets--owner--texts', ...parts)

describe('hubFile', () => {
  it('fetches one file of a data set, in a folder, where the libraries of Hugging Face keep it', async () => {
    const { commit, location } = await get()
    expect(commit).toBe(hub.commit)
    expect(location).toBe(inCache('snapshots', hub.commit, path))
    expect(Buffer.compare(await readFile(location), content)).toBe(0)
    expect(await readdir(inCache('blobs'))).toEqual([digestOf(path, content)])
    expect(await readFile(inCache('refs', 'main'), 'utf8')).toBe(hub.commit)
  })

  it('fetches a file of a model as well', async () => {
    await hub.close()
    hub = await startTestHub({ 'notes/a.txt': 'text' })
    const { location } = await hubFile('owner/tiny', 'notes/a.txt', { endpoint: hub.endpoint, cacheFolder })
    expect(await readFile(location, 'utf8')).toBe('text')
  })

  it('fetches nothing twice, asks nothing about a commit, and does without the hub', async () => {
    await get()
    const { location } = await get()
    expect(hub.fileRequests()).toHaveLength(1)
    const requests = hub.requests.length
    expect((await get(path, { revision: hub.commit })).location).toBe(location)
    expect((await get(path, { localFilesOnly: true })).location).toBe(location)
    expect(hub.requests).toHaveLength(requests)
    hub.behaviour.status = 503
    expect((await get()).location).toBe(location)
    hub.behaviour.status = 404
    expect(await messageOf(get())).toMatch(/^There is no data set datasets\/owner\/texts on .* \(404\)/)
  })

  it('keeps what came when the connection breaks, goes on from there, and shows no file before', async () => {
    hub.behaviour.drop = { after: 100_000, times: 1 }
    expect(await messageOf(get())).toMatch(
      /^The connection broke while plain text\/train.* of datasets\/owner/,
    )
    expect(await messageOf(get(path, { localFilesOnly: true }))).toMatch(/is not in the cache/)
    await get()
    expect(hub.requests.filter(({ path: asked }) => asked.startsWith('/cdn/')).at(-1)?.range).toMatch(
      /^bytes=[1-9]/,
    )
    expect(Buffer.compare(await readFile(inCache('blobs', digestOf(path, content))), content)).toBe(0)
  })

  it('throws away what has a wrong checksum', async () => {
    hub.behaviour.corrupt = { times: 2 }
    expect(await messageOf(get())).toMatch(/came with a wrong checksum 2 times/)
    expect(await readdir(inCache('blobs'))).toEqual([])
  })

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'a file that is not there',
      () => get('none.txt'),
      /^There is no file none\.txt in datasets\/owner\/texts/,
    ],
    ['a folder', () => get('plain text'), /^There is no file plain text in/],
    ['a path out of the repository', () => get('../x'), /^"\.\.\/x" is not the path of a file/],
    ['an absolute path', () => get('/etc/hosts'), /is not the path of a file in a repository/],
    ['an empty path', () => get(''), /is not the path of a file/],
    ['a revision that is not there', () => get(path, { revision: 'v9' }), /^There is no revision v9/],
    [
      'an id without owner',
      () => hubFile('datasets/texts', path),
      /expected datasets\/, its owner and its name/,
    ],
    ['an id of too many parts', () => hubFile('datasets/a/b/c', path), /is not the id of a data set/],
  ])('refuses %s', async (_, call, words) => {
    expect(await messageOf(call())).toMatch(words)
  })
})
