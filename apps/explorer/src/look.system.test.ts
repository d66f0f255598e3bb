import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { missingBrowser } from '@tooling/browser'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ExplorerServer, type OpenExplorer } from './test-support/explorer'

/** Pictures that a person looks at; kept after the test. */
const pictures = fileURLToPath(new URL('../screenshots/', import.meta.url))

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

describe.skipIf(missingBrowser() !== undefined)('the look', () => {
  let server: ExplorerServer

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true })
    server = await ExplorerServer.start()
  })
  afterAll(() => server?.stop())

  it('is accessible before anything was run', async () => {
    const open = await server.open()
    expect(await violations(open.page)).toEqual([])
    await open.page.close()
  })

  // One page for all looks: what takes the time is to fill it with all there is to show.
  it('is accessible and fits at every width, light and dark', async () => {
    const open = await server.open()
    const { page } = open
    await showEverything(open)
    for (const [width, colorScheme] of [
      [360, 'light'],
      [1024, 'dark'],
      [1920, 'light'],
    ] as const) {
      const look = `${width}-${colorScheme}`
      await page.setViewportSize({ width, height: 900 })
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: `${pictures}${look}.png`, fullPage: true })
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(tooWide, look).toBeLessThanOrEqual(0)
      expect(await violations(page), look).toEqual([])
    }
    expect(open.complaints).toEqual([])
    await page.close()
  })
})

async function showEverything({ page, run, done }: OpenExplorer): Promise<void> {
  await page.getByText('More choices').click()
  await run()
  await done(() => page.getByRole('button', { name: 'Try the rates' }).click())
  await done(() => page.getByRole('button', { name: 'Measure the approximations' }).click())
  await page
    .getByRole('button', { name: /layer 4, linear descent of transformer.h.3.mlp.c_proj\[0,0\]/ })
    .click()
  await page.locator('#film .heat-map').nth(1).waitFor()
  await page.getByLabel('Weights', { exact: true }).selectOption({ label: 'transformer.h.0.attn.value' })
  await page.locator('#prefixes .heat-map').nth(2).waitFor()
  await page.locator('.tested[class*="better"]').nth(8).hover()
}

/** What axe finds, in short. */
async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: axe })
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') }
    const { violations } = await axe.run(document)
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map(({ html }) => html.slice(0, 160))
          .slice(0, 3)
          .join(' | ')}`,
    )
  })
}
