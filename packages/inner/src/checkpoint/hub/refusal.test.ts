import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { hubSource } from '../hub'
import { messageOf, useTestHub } from './test-fixture'

const at = useTestHub()

describe('a hub that refuses', () => {
  it('a request without a token: says how to give one', async () => {
    at.hub.behaviour.token = 'secret'
    expect(await messageOf(at.get())).toBe(
      `There is no model owner/tiny on ${at.hub.endpoint}, or it is private (401); check the id, or give a token of an ` +
        'account that has access (HF_TOKEN, or the option token).',
    )
    expect(await messageOf(at.get({ token: 'wrong' }))).toContain('does not accept the token that was given')
    await at.get({ token: 'secret' })
    const elsewhere = at.hub.requests.filter(({ path }) => path.startsWith('/cdn/'))
    expect(elsewhere.map(({ authorization }) => authorization)).toEqual([undefined])
  })

  it('a gated model, an id, a revision', async () => {
    at.hub.behaviour.gated = true
    expect(await messageOf(at.get())).toMatch(/owner\/tiny on .* is gated or private \(403\): ask for access/)
    at.hub.behaviour.gated = false
    const other = hubSource('owner/other', { endpoint: at.hub.endpoint, cacheFolder: at.cacheFolder })
    expect(await messageOf(other)).toMatch(/^There is no model owner\/other on .* \(404\); check the id/)
    expect(await messageOf(at.get({ revision: 'v2' }))).toMatch(/^There is no revision v2 of owner\/tiny/)
    at.hub.behaviour.status = 429
    expect(await messageOf(at.get())).toMatch(/refuses more requests for now \(429\)/)
  })

  it('by not being there', async () => {
    await at.hub.close()
    expect(await messageOf(at.get())).toMatch(/^The hub at .* cannot be reached \(ECONNREFUSED\)/)
    expect(await messageOf(at.get({ localFilesOnly: true }))).toMatch(
      /^owner\/tiny \(revision main\) is not complete in the cache .*, and only local files may be used/,
    )
    expect(await messageOf(at.get({ endpoint: 'hub' }))).toMatch(
      /address is "hub", expected one that starts with/,
    )
  })

  it('by other words than those of a hub, which the cache makes up for', async () => {
    const unreadable = /^The answer of .* about owner\/tiny cannot be read \(.*\); check the connection/
    at.hub.behaviour.page = '<html>Please log in</html>'
    expect(await messageOf(at.get())).toMatch(unreadable)
    at.hub.behaviour.page = ''
    expect(await messageOf(at.get())).toMatch(unreadable)
    delete at.hub.behaviour.page
    for (const breaksOff of ['info', 'tree'] as const) {
      at.hub.behaviour.breaksOff = breaksOff
      expect(await messageOf(at.get())).toMatch(unreadable)
    }
    delete at.hub.behaviour.breaksOff
    await at.get()
    at.hub.behaviour.page = '<html>Please log in</html>'
    expect((await at.get()).commit).toBe(at.hub.commit)
  })

  it('by losing the content of a model', async () => {
    for (const status of [403, 404, 500]) {
      at.hub.behaviour.contentStatus = status
      expect(await messageOf(at.get())).toMatch(
        new RegExp(
          `^http://localhost:\\d+, where .* keeps the content of owner/tiny, .* an error \\(${status}\\)`,
        ),
      )
    }
  })

  it('by not having a model', async () => {
    await at.serve({ 'README.md': 'text' })
    expect(await messageOf(at.get())).toMatch(/^There is no config\.json in owner\/tiny/)
    await at.serve({ 'config.json': '{}', 'model.gguf': 'x' })
    expect(await messageOf(at.get())).toMatch(/^There is neither model\.safetensors .* in owner\/tiny/)
    await at.serve({
      'config.json': '{}',
      'model.safetensors.index.json': JSON.stringify({ weight_map: { a: 'a.safetensors' } }),
    })
    expect(await messageOf(at.get())).toMatch(/names the shard a\.safetensors, which is missing there/)
  })
})

describe('a hub that lies', () => {
  it.each([
    ['a commit that is a path', { commit: '../../../elsewhere' }],
    ['a hash that is a path', { entry: { oid: '../../../elsewhere', lfs: undefined } }],
    ['another hash that is a path', { entry: { lfs: { oid: '../../elsewhere', size: 1 } } }],
    ['a size that is none', { entry: { size: -1 } }],
  ])('%s is refused', async (_, answers) => {
    at.hub.behaviour.answers = answers
    expect(await messageOf(at.get())).toContain('gave an answer about owner/tiny that is not understood')
    expect(await readdir(at.cacheFolder)).toEqual([])
  })

  it('a shard outside the folder is refused', async () => {
    await at.serve({
      'config.json': '{}',
      'model.safetensors.index.json': JSON.stringify({ weight_map: { a: '../../a.safetensors' } }),
      '../../a.safetensors': 'x',
    })
    expect(await messageOf(at.get())).toContain('expected the plain name of a file in the same folder')
  })

  it('a content that never ends is cut at its size', async () => {
    at.hub.behaviour.answers = { entry: { lfs: { oid: '0'.repeat(64), size: 500 } } }
    expect(await messageOf(at.get())).toContain('came with a wrong checksum')
  })
})

describe('names and revisions', () => {
  it.each(['', 'a/b/c', '../x', 'a//b', 'owner/', '/name', 'a b', 'a--b', 'a..b', '.hidden', 'x.git', 'ü/x'])(
    '%j is no id',
    async (name) => {
      const fetching = hubSource(name, { endpoint: at.hub.endpoint, cacheFolder: at.cacheFolder })
      expect(await messageOf(fetching)).toContain('is not the id of a model on the hub')
      expect(at.hub.requests).toEqual([])
    },
  )

  it.each(['', '../main', 'refs/../x', '/main', 'a b', '.', 'x\\y'])(
    '%j is no revision',
    async (revision) => {
      expect(await messageOf(at.get({ revision }))).toContain('is not a revision')
      expect(at.hub.requests).toEqual([])
    },
  )
})
