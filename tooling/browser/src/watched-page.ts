import type { Page } from 'playwright-core'

/** What a page complained of, and whom it asked. */
export interface WatchedPage {
  readonly page: Page
  /** Errors and warnings of the console, and errors that nobody caught. */
  readonly complaints: readonly string[]
  /** Where the page asked for anything: `http://host:port`, `blob:` and so on. */
  readonly hosts: ReadonlySet<string>
}

/** Watches a page from now on. */
export function watchPage(page: Page): WatchedPage {
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
  return { page, complaints, hosts }
}
