import type { Browser, Locator, Page } from 'playwright-core'

/** What one types and reads on the page. */
export interface StepInput {
  readonly kind: 'text' | 'token ids'
  readonly text: string
  readonly trainFraction: number
  readonly learningRate: number
}

/** A row of the results, as it is shown. */
export interface ShownLosses {
  readonly gradient: string
  readonly lossBefore: number
  readonly lossAfter: number
}

/** The page in a browser, used as a person does. */
export interface OpenPage {
  readonly page: Page
  /** Errors and warnings of the console, and errors that nobody caught. */
  readonly complaints: readonly string[]
  /** Where the page asked for anything: `http://host:port`, `blob:` and so on. */
  readonly hosts: ReadonlySet<string>
  /** Drops files or folders from the disk on the page and waits until they are loaded or refused. */
  drop(...paths: readonly string[]): Promise<void>
  /** Chooses files with the file input, and waits in the same way. */
  choose(...paths: readonly string[]): Promise<void>
  /** Waits until nothing is under way. */
  ended(): Promise<void>
  /** What the page says of the checkpoint. */
  model(): Promise<string>
  /** The problem that is shown, or undefined. */
  problem(): Promise<string | undefined>
  /** Fills in the fields, by label, and presses Enter in the last one. */
  takeStep(input: StepInput): Promise<ShownLosses[]>
}

/** Opens the page in a tab of its own. */
export async function openPage(browser: Browser, origin: string): Promise<OpenPage> {
  const page = await browser.newPage()
  const complaints: string[] = []
  const hosts = new Set<string>()
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    const url = new URL(request.url())
    hosts.add(url.host === '' ? url.protocol : url.origin)
  })
  await page.goto(`${origin}/`)
  const model = () => textOf(page.locator('#model'))
  const ended = () => page.locator('#stop:disabled').waitFor()
  return {
    page,
    complaints,
    hosts,
    ended,
    model,
    problem: async () => {
      const alert = page.getByRole('alert')
      return (await alert.isVisible()) ? textOf(alert) : undefined
    },
    async drop(...paths) {
      const before = await page.evaluate(countDrops)
      await dropFromDisk(page, paths)
      await page.waitForFunction((count) => window.dropsSeen !== count, before)
      await ended()
    },
    async choose(...paths) {
      await page.getByLabel('or choose the files').setInputFiles(paths)
      await ended()
    },
    async takeStep({ kind, text, trainFraction, learningRate }) {
      await page.getByLabel(kind, { exact: true }).check()
      await page.getByRole('textbox', { name: 'Text' }).fill(text)
      await page.getByLabel('Share of the text to learn from').fill(String(trainFraction))
      const lastField = page.getByLabel('Learning rate')
      await lastField.fill(String(learningRate))
      await lastField.press('Enter')
      await ended()
      return shownLosses(page)
    },
  }
}

const textOf = async (place: Locator) => (await place.textContent()) ?? ''

declare global {
  interface Window {
    dropsSeen?: number
  }
}

/** Counts the drops from now on, in the page. @returns how many there were */
function countDrops(): number {
  if (window.dropsSeen === undefined) {
    window.dropsSeen = 0
    document.addEventListener('drop', () => {
      window.dropsSeen = (window.dropsSeen ?? 0) + 1
    })
  }
  return window.dropsSeen
}

/** A drop as the operating system makes it: the browser itself opens the files and fires the events. */
async function dropFromDisk(page: Page, files: readonly string[]): Promise<void> {
  const box = await page.locator('#drop').boundingBox()
  if (box === null) throw new Error('The page has nowhere to drop files.')
  const position = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  const data = { items: [], files: [...files], dragOperationsMask: 1 }
  const session = await page.context().newCDPSession(page)
  try {
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, ...position, data })
    }
  } finally {
    await session.detach()
  }
}

async function shownLosses(page: Page): Promise<ShownLosses[]> {
  const rows = await page.locator('#rows tr').all()
  return Promise.all(
    rows.map(async (row) => {
      const [gradient = '', lossBefore, lossAfter] = await row.locator('th, td').allTextContents()
      return { gradient, lossBefore: Number(lossBefore), lossAfter: Number(lossAfter) }
    }),
  )
}
