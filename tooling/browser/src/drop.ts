import type { Page } from 'playwright-core'

/**
 * Drops files or folders from the disk on a page, as the operating system does: the browser itself opens the files and fires
 * the events.
 *
 * @param target a selector of what they are dropped on
 */
export async function dropFromDisk(page: Page, target: string, files: readonly string[]): Promise<void> {
  const place = page.locator(target)
  await place.scrollIntoViewIfNeeded()
  const box = await place.boundingBox()
  if (box === null) throw new Error(`The page has no ${target} to drop files on.`)
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
