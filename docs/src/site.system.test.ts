import { existsSync } from 'node:fs'
import { launchChromium, missingBrowser, serveFolder, watchPage } from '@tooling/browser'
import { describe, expect, it } from 'vitest'
import { builtFiles, builtSite } from './built-site'

if (!existsSync(builtSite)) throw new Error('The site is not built; run pnpm docs:build first.')

/** All pages, of the reference the largest ones: its pages are made alike. */
const pages = builtFiles()
  .filter((file) => file.endsWith('.html') && file !== '404.html')
  .map((file) => `/${file.replace(/(index)?\.html$/, '')}`)
  .filter((path) => !path.startsWith('/reference/') || /^\/reference\/(inner|evaluate|tensor)?$/.test(path))
const missing = missingBrowser()
if (missing !== undefined) console.warn(missing)

describe.skipIf(missing !== undefined)('the site in a browser', () => {
  it('opens every page from its own host alone, without complaints, and scrolls none sideways', async () => {
    const [server, browser] = await Promise.all([serveFolder(builtSite), launchChromium()])
    try {
      const { page, complaints, hosts } = watchPage(
        await browser.newPage({ viewport: { width: 360, height: 780 } }),
      )
      const wide: string[] = []
      for (const path of pages) {
        await page.goto(server.origin + path)
        const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        if (excess > 0) wide.push(`${path}: ${excess} pixels too wide`)
      }
      expect(pages.length).toBeGreaterThan(35)
      expect(wide).toEqual([])
      expect(complaints).toEqual([])
      expect([...hosts]).toEqual([server.origin])
    } finally {
      await Promise.all([browser.close(), server.close()])
    }
  })

  it('finds what is searched for, in documents and in the reference', async () => {
    const [server, browser] = await Promise.all([serveFolder(builtSite), launchChromium()])
    try {
      const { page, hosts } = watchPage(await browser.newPage())
      await page.goto(`${server.origin}/what-tint-is`)
      await page.keyboard.press('Control+k')
      for (const [words, place] of [
        ['next-token attention exact', '/construction'],
        ['expectBalancedTensors', '/reference/tensor/testing'],
      ] as const) {
        await page.locator('#localsearch-input').fill(words)
        await page.locator(`.VPLocalSearchBox a[href^="${place}"]`).first().waitFor()
      }
      expect([...hosts]).toEqual([server.origin])
    } finally {
      await Promise.all([browser.close(), server.close()])
    }
  })
})
