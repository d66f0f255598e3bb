import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { missingBrowser } from '@tooling/browser'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ExplorerServer, type OpenExplorer, shippedFolder } from './test-support/explorer'
import { messageInNode } from './test-support/node-losses'

const nano = shippedFolder('gpt2-nano-bytes')
const other = shippedFolder('opt-nano-bytes')

describe.skipIf(missingBrowser() !== undefined)('an own checkpoint', () => {
  let server: ExplorerServer
  let open: OpenExplorer
  let folder: string

  beforeAll(async () => {
    server = await ExplorerServer.start()
  })
  afterAll(() => server?.stop())
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tint-broken-'))
    open = await server.open({ address: 'text=numbers' })
  })
  afterEach(async () => {
    expect(open.complaints).toEqual([])
    expect([...open.hosts].filter((host) => host !== 'data:' && host !== 'blob:')).toEqual([open.origin])
    await open.page.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('is taken as a folder that is dropped, and leaves for a shipped one', async () => {
    await open.drop(other)
    expect(await open.model()).toContain('opt: 4 layers of width 128')
    expect(await open.page.getByLabel('Checkpoint').inputValue()).toBe('own')
    const { lossBefore, lossAfter } = await open.run()
    expect(lossAfter).toBeLessThan(lossBefore)
    await open.done(() => open.page.getByLabel('Checkpoint').selectOption('gpt2-nano-bytes'))
    expect(await open.model()).toContain('gpt2: 4 layers')
    expect(await open.page.locator('#losses').count()).toBe(0)
  })

  it('is taken as files that are chosen', async () => {
    const files = ['config.json', 'model.safetensors'].map((file) => join(other, file))
    await open.done(() => open.page.getByLabel('or choose these files').setInputFiles(files))
    expect(await open.model()).toContain('opt: 4 layers')
    expect(await open.model()).toContain('no tokenizer, give token ids')
    // The text that is shown holds no ids, which is said in the library's way.
    await expect.poll(() => open.problem()).toContain('This model has no tokenizer')
    await open.page.getByRole('radio', { name: 'your own' }).check({ force: true })
    await open.page.getByLabel('Your text').fill('12 7 256 9')
    await expect.poll(() => open.problem()).toBeUndefined()
    expect(await open.page.locator('#run').isEnabled()).toBe(true)
  })

  it('is refused in the library’s words when it is cut off, and what was loaded stays', async () => {
    const weights = await readFile(join(nano, 'model.safetensors'))
    const broken = {
      'config.json': await readFile(join(nano, 'config.json')),
      'model.safetensors': weights.subarray(0, weights.length - 1000),
    }
    for (const [name, content] of Object.entries(broken)) await writeFile(join(folder, name), content)
    await open.drop(...Object.keys(broken).map((name) => join(folder, name)))
    const problem = await open.problem()
    expect(problem).toContain('model.safetensors')
    expect(problem).toBe(await messageInNode('the dropped files', broken))
    expect(await open.model()).toContain('gpt2: 4 layers')
    await open.drop(other)
    expect(await open.problem()).toBeUndefined()
    expect(await open.model()).toContain('opt: 4 layers')
  })

  it('is refused in the library’s words when a file is missing', async () => {
    const config = await readFile(join(nano, 'config.json'))
    await open.drop(join(nano, 'config.json'))
    expect(await open.problem()).toBe(await messageInNode('the dropped files', { 'config.json': config }))
  })

  it('shows what is in files as text', async () => {
    await writeFile(join(folder, 'config.json'), '{"model_type":"<b>bold</b>"}')
    await open.drop(join(folder, 'config.json'), join(nano, 'model.safetensors'))
    expect(await open.problem()).toContain('<b>bold</b>')
    expect(await open.page.locator('[role="alert"] b').count()).toBe(0)
  })
})
