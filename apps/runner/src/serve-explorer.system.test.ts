import { launchChromium, missingBrowser, watchPage } from '@tooling/browser'
import { expect, it } from 'vitest'
import { explorerFolder, servePage } from './explorer/static-files'

it.skipIf(missingBrowser() !== undefined)(
  'the explorer learns from a text where it may ask this server only',
  async () => {
    const served = await servePage(explorerFolder(), { host: '127.0.0.1', port: 0 })
    const browser = await launchChromium()
    try {
      const { page, complaints, hosts } = watchPage(await browser.newPage())
      await page.goto(`${served.url}#text=recipe`)
      await page.locator('#run:enabled').click()
      await page.locator('#losses').waitFor()
      const loss = async (when: string) => Number(await page.locator(`#loss-${when}`).textContent())
      expect(await loss('after')).toBeLessThan(await loss('before'))
      expect(complaints).toEqual([])
      expect([...hosts].filter((host) => host !== 'data:' && host !== 'blob:')).toEqual([
        served.url.replace(/\/$/, ''),
      ])
      const refused = await page.evaluate(() => fetch('https://example.invalid/').catch(() => 'refused'))
      expect(refused).toBe('refused')
      expect(complaints.join(' ')).toContain('Content Security Policy')
    } finally {
      await browser.close()
      await served.close()
    }
  },
)
