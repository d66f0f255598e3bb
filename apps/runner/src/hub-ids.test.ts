import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runTint, temporaryFolder, writeJson } from './test-support'

const golden = goldenCaseNamed('gpt2-one-step')
const config = readFileSync(join(golden.folder, 'config.json'))
const weights = readFileSync(join(golden.folder, 'model.safetensors'))
const sha = (algorithm: string, ...parts: (string | Uint8Array)[]) =>
  parts.reduce((state, part) => state.update(part), createHash(algorithm)).digest('hex')
const commit = sha('sha1', weights)
const lfs = { oid: sha('sha256', weights), size: weights.length, pointerSize: 134 }
const tree = [
  {
    type: 'file',
    path: 'config.json',
    size: config.length,
    oid: sha('sha1', `blob ${config.length}\0`, config),
  },
  { type: 'file', path: 'model.safetensors', size: weights.length, oid: commit, lfs },
]
const info = {
  _id: '1',
  id: 'owner/tiny',
  private: false,
  downloads: 0,
  likes: 0,
  gated: false,
  lastModified: 0,
  sha: commit,
}

/** Bytes of weights that the hub has sent. */
let sent = 0

/** The part of the hub's protocol that one model needs. */
const hub = createServer((request, response) => {
  const path = request.url ?? ''
  if (!path.includes('owner/tiny/')) {
    response.writeHead(404, { 'X-Error-Code': 'RepoNotFound' })
    return response.end()
  }
  if (path.startsWith('/api/')) {
    response.setHeader('Content-Type', 'application/json')
    return response.end(JSON.stringify(path.includes('/tree/') ? tree : info))
  }
  if (path.endsWith('/config.json')) return response.end(config)
  const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  const part = weights.subarray(Number(from), to === '' ? weights.length : Number(to) + 1)
  sent += part.length
  const range = { 'Content-Range': `bytes ${from}-${Number(from) + part.length - 1}/${weights.length}` }
  response.writeHead(request.headers.range === undefined ? 200 : 206, range)
  response.end(part)
})

const folder = temporaryFolder()
const run = (args: readonly string[]) =>
  runTint(args, {
    environment: {
      HF_ENDPOINT: `http://127.0.0.1:${(hub.address() as AddressInfo).port}`,
      HF_HUB_CACHE: join(folder.path, 'cache'),
    },
  })

beforeAll(() => new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve)))
afterAll(async () => {
  await new Promise((resolve) => hub.close(resolve))
  folder.remove()
})

it('a model of the hub is inspected by its headers, fetched once when it is used, then found in the cache', async () => {
  const inspected = await run(['inspect', 'owner/tiny', '--json'])
  expect(inspected).toMatchObject({ code: 0, stderr: '' })
  const { model, family, checkpoint } = JSON.parse(inspected.stdout)
  expect({ model, family }).toEqual({ model: 'owner/tiny', family: 'gpt2' })
  expect(checkpoint.bytes).toBeGreaterThan(0.9 * weights.length)
  expect(sent).toBeLessThan(0.1 * weights.length)

  const step = [
    ...['step', '--model', 'owner/tiny', '--engine', 'wasm', '--json'],
    ...['--input-ids', writeJson(folder.path, 'ids.json', golden.inputIds)],
    ...['--train-length', String(golden.trainLength), '--learning-rate', '0'],
  ]
  sent = 0
  const first = await run(step)
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(sent).toBe(weights.length)
  const again = await run(step)
  expect(JSON.parse(again.stdout).lossAfter).toBe(JSON.parse(first.stdout).lossAfter)
  expect((await run(['inspect', 'owner/tiny', '--json'])).stdout).toBe(inspected.stdout)
  expect(sent).toBe(weights.length)
})

it('a model that is not there is one sentence or two', async () => {
  const context = join(folder.path, 'context.txt')
  writeFileSync(context, 'Some text to learn from.')
  const generating = ['generate', '--model', 'owner/none', '--context', context, '--prompt', 'x']
  for (const command of [['inspect', 'owner/none'], generating]) {
    const { code, stdout, stderr } = await run(command)
    expect(stderr).toMatch(
      /^tint: There is no model folder owner\/none; .* There is no model owner\/none on http/,
    )
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  }
  expect(existsSync(join(folder.path, 'cache', 'models--owner--none'))).toBe(false)
})
