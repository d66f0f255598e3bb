/** A Chromium for the tests that run in a browser. Uses Node's own modules only, as `npm test` does. */
import { canInstallWithApt, findProgram, installWithApt, isProgram } from './programs.mjs'

const browsers = ['chromium', 'chromium-browser', 'google-chrome']

/** How to get a Chromium where there is none. */
export const howToGetBrowser =
  'install Chromium (on Debian: apt-get install chromium), or set CHROME_PATH to the program of a Chromium or Chrome.'

/** Finds a Chromium: CHROME_PATH, or else chromium, chromium-browser or google-chrome on the PATH. */
export function findBrowser(environment = process.env) {
  const named = environment.CHROME_PATH
  if (named) return isProgram(named) ? named : undefined
  return browsers.map((name) => findProgram(name, environment)).find(Boolean)
}

/**
 * Finds a Chromium, or installs Debian's where that needs no question: as root, with apt-get.
 *
 * @param run runs a command with arguments and gives its exit code
 * @returns its path, or undefined after a sentence that says what to do
 */
export function provideBrowser(run, environment = process.env, isRoot = process.getuid?.() === 0) {
  const found = findBrowser(environment)
  if (found !== undefined) return found
  const { CHROME_PATH: named } = environment
  const problem = named ? `CHROME_PATH is ${named}, which is no program` : 'There is no Chromium here'
  const canInstall = !named && canInstallWithApt(environment, isRoot)
  if (canInstall) {
    console.log(`${problem}; installing Debian's for the tests that run in a browser.`)
    const installed = installWithApt(run, 'chromium') ? findBrowser(environment) : undefined
    if (installed !== undefined) return installed
  }
  const problemNow = canInstall ? 'Chromium could not be installed' : problem
  console.error(
    `${problemNow}; the tests that run in a browser are left out. To run them, ${howToGetBrowser}`,
  )
  return undefined
}
