import { readFile } from 'node:fs/promises'
import { rateText } from '@tintjs/evaluate/page'
import { missingBrowser } from '@tooling/browser'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ExplorerServer, type OpenExplorer } from './test-support/explorer'

describe.skipIf(missingBrowser() !== undefined)('the controls', () => {
  let server: ExplorerServer
  let open: OpenExplorer
  let page: Page

  beforeAll(async () => {
    server = await ExplorerServer.start()
  })
  afterAll(() => server?.stop())
  beforeEach(async () => {
    open = await server.open({ address: 'text=numbers&rate=5e-5' })
    page = open.page
  })
  afterEach(async () => {
    expect(open.complaints).toEqual([])
    await page.close()
  })

  const pick = (name: string) => page.getByRole('radio', { name, exact: true }).check({ force: true })
  const field = (label: string) => page.getByLabel(label, { exact: true })
  const setting = async (name: string) => (await open.address()).get(name)
  const slider = () => page.getByRole('slider')
  const trainLength = async () => Number(await slider().getAttribute('aria-valuenow'))

  it('of a text change it and its address, and an own text is one', async () => {
    await pick('recipe')
    await page.locator('.board', { hasText: 'To make the bread' }).waitFor()
    expect(await setting('text')).toBe('recipe')
    await pick('your own')
    await page.getByLabel('Your text').fill('Größe und Maß. Größe und Maß.')
    await page.locator('.board', { hasText: 'Größe und Maß' }).waitFor()
    expect(await setting('own')).toBe('Größe und Maß. Größe und Maß.')
    const { lossBefore } = await open.run()
    expect(lossBefore).toBeGreaterThan(0)
    await page.getByLabel('Your text').fill('a')
    await page.locator('.board', { hasText: 'Write a few words' }).waitFor()
    expect(await page.locator('#run').isDisabled()).toBe(true)
  })

  it('of the line move it by keys and by dragging', async () => {
    const before = await trainLength()
    await slider().press('ArrowRight')
    expect(await trainLength()).toBe(before + 1)
    await slider().press('PageDown')
    expect(await trainLength()).toBeLessThan(before)
    await slider().press('Home')
    expect(await trainLength()).toBe(2)
    await slider().press('End')
    expect(await trainLength()).toBe(Number(await slider().getAttribute('aria-valuemax')))
    const target = await page.locator('[data-piece="20"]').boundingBox()
    const from = await slider().boundingBox()
    if (target === null || from === null) throw new Error('The text is not shown.')
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2)
    await page.mouse.down()
    await page.mouse.move(target.x + 1, target.y + target.height / 2, { steps: 8 })
    await page.mouse.up()
    expect(await trainLength()).toBe(20)
    expect(await slider().getAttribute('aria-valuetext')).toMatch(/^learns from 20 of \d+ tokens$/)
    expect(Number(await setting('share'))).toBeCloseTo(
      20 / Number(await slider().getAttribute('aria-valuemax')),
      1,
    )
  })

  it('of a step make it another one, each in its own way', async () => {
    const changes: readonly (readonly [string, string, () => Promise<unknown>])[] = [
      ['rate', '0.0003', () => field('Learning rate').fill('0.0003')],
      ['gradient', 'exact', () => pick('exact')],
      ['steps', '2', () => field('Steps').fill('2')],
      ['layers', '1', () => field('Layers that learn').selectOption('1')],
      ['loss', 'target', () => field('Loss gradient').selectOption('target')],
      ['gradient', 'null', () => pick('TinT')],
      ['derivative', 'forward:1000', () => field('Derivatives').selectOption('forward:1000')],
    ]
    await page.getByText('More choices').click()
    const { lossBefore, lossAfter } = await open.run()
    const seen = [lossAfter]
    for (const [name, value, change] of changes) {
      await change()
      expect(String(await setting(name))).toBe(value)
      expect(await page.locator('#losses').getAttribute('class')).toContain('out-of-date')
      const shown = await open.run()
      expect(shown.lossBefore).toBe(lossBefore)
      expect(seen, name).not.toContain(shown.lossAfter)
      seen.push(shown.lossAfter)
    }
    expect(await page.locator('#updates svg').innerHTML()).not.toContain('layer 1')
  })

  it('of numbers say what is wrong, and take nothing that is', async () => {
    await field('Learning rate').fill('-1')
    expect(await page.locator('.field-problem').first().textContent()).not.toBe('')
    expect(await setting('rate')).toBe('0.00005')
    await field('Learning rate').fill('0')
    const { lossBefore, lossAfter } = await open.run()
    expect(lossAfter).toBe(lossBefore)
    await field('Learning rate').fill('900')
    expect((await open.run()).lossAfter).toBeGreaterThan(lossBefore)
    expect(await page.locator('.change').textContent()).toMatch(/\+|×/)
  })

  it('stop a run, and another one can begin', async () => {
    await open.done(async () => {
      await page.getByRole('button', { name: 'Try the rates' }).click()
      await page.getByRole('button', { name: 'Stop' }).click()
    })
    expect(await page.locator('#sweep .chart-figure').count()).toBe(0)
    expect(await open.problem()).toBeUndefined()
    expect((await open.run()).lossAfter).toBeGreaterThan(0)
  })

  it('of the colours, and the text, tell about each token', async () => {
    await open.run()
    const tested = page.locator('.tested[class*="better"]').nth(8)
    await tested.hover()
    const card = page.locator('.token-card')
    expect(await card.textContent()).toMatch(/predicted · loss \d/)
    expect(await card.locator('tbody tr').count()).toBe(10)
    await page.getByRole('group', { name: /The text, token by token/ }).focus()
    const before = await card.textContent()
    await page.keyboard.press('ArrowRight')
    expect(await card.textContent()).not.toBe(before)
    await pick('loss before')
    expect(await page.locator('.board [class*="better"]').count()).toBe(0)
    expect(await page.locator('.board .loss4').count()).toBeGreaterThan(0)
    await pick('loss after')
    await pick('the gain')
    expect(await page.locator('.board .tested[class*="better"]').count()).toBeGreaterThan(0)
  })

  it('sweep the rates, mark the best, and take it over', async () => {
    await open.done(() => page.getByRole('button', { name: 'Try the rates' }).click())
    const chart = page.locator('#sweep svg[role="img"]')
    expect(await chart.getByText('learning rate').count()).toBe(1)
    expect(await chart.locator('.best').count()).toBe(2)
    await page.getByRole('button', { name: /^Use rate / }).click()
    const rate = Number(await setting('rate'))
    expect(await page.locator('#sweep').textContent()).toContain(`TinT is best at rate ${rateText(rate)}`)
  })

  it('measure the approximations', async () => {
    await open.done(() => page.getByRole('button', { name: 'Measure the approximations' }).click())
    const text = await page.locator('#fidelity svg').textContent()
    for (const name of ['value-only attention', 'central:100', 'norm biases only', 'TinT']) {
      expect(text).toContain(name)
    }
  })

  it('of the film strip show a module and its state, by mouse and by keys', async () => {
    const cells = page.locator('[data-cell]')
    // 4 layers of 19 forward and 30 backward modules, norms at the end, the loss, and forward again.
    expect(await cells.count()).toBe(2 * (4 * 19 + 1) + 4 * 29 + 2 + 1)
    await cells.first().click()
    const details = page.locator('.cell-details')
    expect(await details.textContent()).toContain('norm forward of transformer.h.0.ln_1')
    expect(await details.textContent()).toContain('group norm')
    await details.locator('.heat-map').nth(1).waitFor()
    expect(await details.locator('.frame').count()).toBeGreaterThan(1)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    expect(await details.textContent()).toContain('linear forward of transformer.h.0.attn.query')
    await page.getByRole('button', { name: 'loss gradient' }).click()
    await details.locator('.heat-map').nth(1).waitFor()
    expect(await details.textContent()).toContain('vocabulary MLP')
  })

  it('play the pass, one cell after another, and stop', async () => {
    await page.getByRole('button', { name: 'Play the pass' }).click()
    const lit = page.locator('.film-cell.lit')
    await expect.poll(async () => Number(await lit.getAttribute('data-cell'))).toBeGreaterThan(2)
    expect(await page.locator('.playing').textContent()).toContain('layer 1')
    await page.getByRole('button', { name: 'Stop playing' }).click()
    expect(await lit.count()).toBe(0)
  })

  it('of the prefixes show weights before and after their descent', async () => {
    await field('Weights').selectOption({ label: 'transformer.h.3.attn.c_proj' })
    await page.locator('#prefixes .heat-map').nth(2).waitFor()
    const pictures = await page
      .locator('#prefixes image')
      .evaluateAll((images) => images.map((image) => image.getAttribute('href')))
    expect(new Set(pictures).size).toBe(3)
  })

  it('save charts and numbers', async () => {
    const { lossAfter } = await open.run()
    const saved = async (name: string) => {
      const download = page.waitForEvent('download')
      await page.getByRole('button', { name }).click()
      return readFile(await (await download).path(), 'utf8')
    }
    const numbers = JSON.parse(await saved('Save the numbers as JSON'))
    expect(numbers.step.lossAfter).toBeCloseTo(lossAfter, 4)
    expect(numbers.step.after.losses).toHaveLength(numbers.step.text.tokens)
    expect(numbers.settings.text).toBe('numbers')
    await open.done(() => page.getByRole('button', { name: 'Try the rates' }).click())
    const chart = await saved('Save "Loss against learning rate" as SVG')
    const parsed = await page.evaluate((text) => {
      const file = new DOMParser().parseFromString(text, 'image/svg+xml')
      const unknown = [...file.querySelectorAll('[clip-path]')].filter(
        (element) =>
          file.querySelector(`#${/#(\w+)/.exec(element.getAttribute('clip-path') ?? '')?.[1]}`) === null,
      )
      return {
        root: file.documentElement.nodeName,
        unknown: unknown.length,
        variables: text.includes('var('),
      }
    }, chart)
    expect(parsed).toEqual({ root: 'svg', unknown: 0, variables: false })
  })

  it('of the address bring back what was chosen, and say what they do not know', async () => {
    await pick('exact')
    await field('Learning rate').fill('0.002')
    const copy = await server.open({ address: `${await open.address()}&steps=many` })
    expect(await copy.page.getByRole('radio', { name: 'exact' }).isChecked()).toBe(true)
    expect(await copy.page.getByLabel('Learning rate', { exact: true }).inputValue()).toBe('0.002')
    expect(await copy.page.locator('#notices').textContent()).toContain('steps=many')
    await copy.page.getByRole('button', { name: 'Close' }).click()
    expect(await copy.page.locator('#notices').count()).toBe(0)
    await copy.page.close()
  })

  it('of the address are taken when one changes it there', async () => {
    await open.done(() => page.evaluate(() => window.location.replace('#text=recipe&model=opt-nano-bytes')))
    expect(await open.model()).toContain('opt: 4 layers')
    await page.locator('.board', { hasText: 'To make the bread' }).waitFor()
    expect(await field('Learning rate').inputValue()).toBe('0.0006')
  })

  it('of the look change it, and it is remembered', async () => {
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    const light = await background()
    await page.getByLabel('Look').selectOption('dark')
    const dark = await background()
    expect(dark).not.toBe(light)
    await page.reload()
    expect(await background()).toBe(dark)
  })

  it('can all be reached by keys', async () => {
    await page.getByText('More choices').click()
    const reached = await page.evaluate(() => {
      const wanted = [
        ...document.querySelectorAll<HTMLElement>(
          'button, input, select, textarea, summary, a[href], [role="slider"]',
        ),
      ]
      return wanted
        .filter((element) => !(element as HTMLButtonElement).disabled && element.tabIndex < 0)
        .map((element) => element.dataset.cell ?? element.outerHTML)
    })
    // Cells of the film are one stop of the Tab key; arrows go on from there.
    expect(reached.filter((name) => !/^\d+$/.test(name))).toEqual([])
    expect(await page.locator('[data-cell][tabindex="0"]').count()).toBe(1)
  })
})
