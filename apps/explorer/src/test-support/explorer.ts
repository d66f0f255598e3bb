import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  dropFromDisk,
  launchChromium,
  type StaticServer,
  serveFolder,
  type WatchedPage,
  watchPage,
} from '@tooling/browser'
import type { Browser, Page } from 'playwright-core'

const built = fileURLToPath(new URL('../../dist', import.meta.url))

/** The folder of a checkpoint that comes with the page. */
export const shippedFolder = (name: string) =>
  fileURLToPath(new URL(`../../../runner/models/${name}`, import.meta.url))

/** What a page is opened with. */
export interface PageLook {
  /** After `#`. */
  readonly address?: string
  readonly width?: number
  readonly scheme?: 'light' | 'dark'
}

/** The built page in a browser, used as a person does. */
export interface OpenExplorer extends WatchedPage {
  readonly origin: string
  /** Waits until nothing is under way. */
  ended(): Promise<void>
  /** Does something that makes the page compute, and waits until that has ended. */
  done(action: () => Promise<unknown>): Promise<void>
  /** Presses Run, and waits until it is done. */
  run(): Promise<ShownLosses>
  /** Drops files or folders on the page, and waits until they are loaded or refused. */
  drop(...paths: readonly string[]): Promise<void>
  /** What the page says of the model. */
  model(): Promise<string>
  /** The problem that is shown, or undefined. */
  problem(): Promise<string | undefined>
  /** The settings in the address as the page has it; what the driver knows of it comes later. */
  address(): Promise<URLSearchParams>
}

/** As the page shows them. */
export interface ShownLosses {
  readonly lossBefore: number
  readonly lossAfter: number
}

/** A browser and a server of the built page; whoever started them stops them. */
export class ExplorerServer {
  readonly browser: Browser
  readonly #server: StaticServer

  private constructor(browser: Browser, server: StaticServer) {
    this.browser = browser
    this.#server = server
  }

  /** @param headers of every answer */
  static async start(
    headers: Readonly<Record<string, string>> = {},
    browserArguments: readonly string[] = [],
  ): Promise<ExplorerServer> {
    if (!existsSync(join(built, 'index.html')))
      throw new Error('The page is not built; run npx vite build first.')
    const server = await serveFolder(built, headers)
    return new ExplorerServer(await launchChromium(browserArguments), server)
  }

  /** Opens the page in a tab of its own, and waits until its model is loaded. */
  async open({ address = '', width = 1280, scheme = 'light' }: PageLook = {}): Promise<OpenExplorer> {
    const { origin } = this.#server
    const page = await this.browser.newPage({
      viewport: { width, height: 900 },
      colorScheme: scheme,
      acceptDownloads: true,
    })
    const watched = watchPage(page)
    await page.goto(`${origin}/${address === '' ? '' : `#${address}`}`)
    const open = openExplorer(watched, origin)
    await page.locator('#model', { hasText: 'parameters' }).waitFor()
    await open.ended()
    return open
  }

  async stop(): Promise<void> {
    await this.browser.close()
    await this.#server.close()
  }
}

function openExplorer(watched: WatchedPage, origin: string): OpenExplorer {
  const { page } = watched
  const ended = () => page.locator('#stop:disabled').waitFor()
  const text = async (selector: string) => (await page.locator(selector).textContent()) ?? ''
  return {
    ...watched,
    origin,
    ended,
    model: () => text('#model'),
    problem: async () => {
      const alert = page.getByRole('alert')
      return (await alert.isVisible()) ? ((await alert.textContent()) ?? '') : undefined
    },
    async run() {
      await page.locator('#run:enabled').waitFor()
      await untilDone(page, () => page.locator('#run').click())
      return shownLosses(page)
    },
    done: (action) => untilDone(page, action),
    drop: (...paths) => untilDone(page, () => dropFromDisk(page, '#drop', paths)),
    address: async () => new URLSearchParams(await page.evaluate(() => window.location.hash.slice(1))),
  }
}

/** Sees work that takes no longer than a frame, too. */
async function untilDone(page: Page, action: () => Promise<unknown>): Promise<void> {
  const ended = await page.evaluateHandle(() => {
    const stop = document.querySelector<HTMLButtonElement>('#stop')
    if (stop === null) throw new Error('The page has no button that stops.')
    let hasBegun = !stop.disabled
    const end = new Promise<void>((resolve) => {
      new MutationObserver((_, observer) => {
        if (!stop.disabled) hasBegun = true
        else if (hasBegun) {
          observer.disconnect()
          resolve()
        }
      }).observe(stop, { attributes: true, attributeFilter: ['disabled'] })
    })
    // A promise that is returned would be waited for here.
    return { end }
  })
  await action()
  await ended.evaluate(({ end }) => end)
}

/** NaN where nothing is shown. */
async function shownLosses(page: Page): Promise<ShownLosses> {
  const number = async (id: string) => {
    const place = page.locator(id)
    return (await place.count()) === 0 ? Number.NaN : Number(await place.textContent())
  }
  return { lossBefore: await number('#loss-before'), lossAfter: await number('#loss-after') }
}
