import { findBrowser, howToGetBrowser } from '@tooling/workspace/browser'
import { type Browser, chromium } from 'playwright-core'

/**
 * Why tests in a browser cannot run here; undefined where they can.
 *
 * @throws where CI is set: a person may go without a browser, what guards the repository may not
 */
export function missingBrowser(environment = process.env): string | undefined {
  if (findBrowser(environment) !== undefined) return undefined
  const missing = `There is no Chromium here, so what the page does in a browser is not tested: ${howToGetBrowser}`
  if (!['', '0', 'false'].includes(environment.CI ?? '')) throw new Error(missing)
  return missing
}

/**
 * Starts the Chromium that is found. Whoever started it closes it.
 *
 * @param args more command-line arguments; with any, the graphics processor is not switched off
 */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  const executablePath = findBrowser()
  return chromium.launch({
    ...(executablePath !== undefined && { executablePath }),
    // Containers run as root, without a GPU, and with little shared memory.
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      ...(args.length === 0 ? ['--disable-gpu'] : args),
    ],
  })
}
