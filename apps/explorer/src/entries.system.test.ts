import { missingBrowser } from '@tooling/browser'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ExplorerServer, type OpenExplorer, shippedFolder } from './test-support/explorer'

describe.skipIf(missingBrowser() !== undefined)('what is entered, key by key or as an address', () => {
  let server: ExplorerServer
  let open: OpenExplorer

  beforeAll(async () => {
    server = await ExplorerServer.start()
  })
  afterAll(() => server?.stop())
  beforeEach(async () => {
    open = await server.open()
  })
  afterEach(async () => {
    expect(open.complaints).toEqual([])
    await open.page.close()
  })

  const field = (label: string) => open.page.getByLabel(label, { exact: true })
  const type = async (label: string, text: string) => {
    await field(label).focus()
    await open.page.keyboard.press('Control+A')
    await open.page.keyboard.type(text)
  }

  it.each(['0.05', '1e-4', '2.5e-3', '0.0010'])('a rate is taken as it is typed: %s', async (typed) => {
    await type('Learning rate', typed)
    expect(await field('Learning rate').inputValue()).toBe(typed)
    expect(Number((await open.address()).get('rate'))).toBe(Number(typed))
  })

  it('a number out of range stays to be corrected, and no run begins with another one', async () => {
    const more = open.page.getByText('More choices')
    await more.click()
    await type('Steps', '1000')
    expect(await field('Steps').inputValue()).toBe('1000')
    await more.click()
    await open.page.locator('#run').click()
    await field('Steps').waitFor({ state: 'visible' })
    expect(await open.page.locator('#losses').count()).toBe(0)
    await type('Steps', '2')
    expect((await open.run()).lossAfter).toBeGreaterThan(0)
    expect((await open.address()).get('steps')).toBe('2')
  })

  it('an address put in the place of the present one is read', async () => {
    await open.done(() =>
      open.page.evaluate(() => {
        window.location.hash = 'rate=0.001&text=recipe&model=opt-nano-bytes&steps=many'
      }),
    )
    expect(await field('Learning rate').inputValue()).toBe('0.001')
    await open.page.locator('.board', { hasText: 'To make the bread' }).waitFor()
    expect(await open.model()).toContain('opt')
    expect(await open.page.locator('#notices').textContent()).toContain('steps=many')
    expect((await open.address()).has('steps')).toBe(false)
  })

  it('an engine of the address that does not run here gives way to one that does', async () => {
    await open.page.close()
    open = await server.open({ address: 'engine=webgpu&rate=0.001' })
    expect(await open.page.locator('#notices').textContent()).toContain('webgpu')
    expect(await open.model()).toContain('wasm')
    expect((await open.run()).lossAfter).toBeGreaterThan(0)
  })

  it('an engine that does not run here leaves the one before, and an own model stays', async () => {
    await open.drop(shippedFolder('opt-nano-bytes'))
    await open.done(() => field('Computes on').selectOption('webgpu'))
    expect(await open.problem()).toContain('webgpu')
    expect(await field('Computes on').inputValue()).toBe('auto')
    expect((await open.run()).lossAfter).toBeGreaterThan(0)
    await open.done(() => field('Computes on').selectOption('wasm'))
    expect(await field('Checkpoint').inputValue()).toBe('own')
    expect(await open.model()).toContain('opt')
  })
})
