/** A page that Vite bundles out of the installed packages, in a Chromium: `projects/page`. */
import { once } from 'node:events'
import { cp } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findBrowser, howToGetBrowser } from '@tooling/workspace/browser'
import { chromium } from 'playwright-core'
import sirv from 'sirv'
import { copyModels, install } from './projects.mjs'

const source = fileURLToPath(new URL('../../projects/page', import.meta.url))

/** How far the losses of the browser's WASM may be from those of Node's: the same program on the same numbers. */
const tolerance = 1e-6

/**
 * Builds the page, opens it, and compares its losses with Node's.
 *
 * @param {import('../contract.mjs').CheckContext & { all: import('../packages.mjs').PackedPackage[] }} context
 */
export async function tryPage({ all, temporaryFolder, report }) {
  const folder = join(temporaryFolder, 'page')
  const ours = ['inner', 'inner-gpt2', 'simulate', 'tensor'].map((name) => [`@tintjs/${name}`, '*'])
  const others = { '@tensorflow/tfjs-backend-wasm': '4.22.0', vite: '8', esbuild: '*' }
  const project = await install('npm', all, folder, { ...Object.fromEntries(ours), ...others })
  await cp(source, folder, { recursive: true })
  await copyModels(all, join(folder, 'public'))
  await project.run('vite', 'build', '--target', 'es2022')
  await project.run(
    'esbuild',
    'node.ts',
    '--bundle',
    '--packages=external',
    '--format=esm',
    '--outfile=node.mjs',
  )
  const expected = JSON.parse((await project.run('node', 'node.mjs')).stdout)
  const executablePath = findBrowser()
  if (executablePath === undefined) {
    report.note(`page: built by Vite, but not opened, as there is no Chromium: ${howToGetBrowser}`)
    return
  }
  const text = await textOfPage(join(folder, 'dist'), executablePath)
  const found = text.startsWith('[') ? JSON.parse(text) : undefined
  if (found?.every((loss, index) => Math.abs(loss - expected[index]) < tolerance)) {
    report.note(
      `page: Vite's build has in Chromium the losses of Node, ${found.map((loss) => loss.toFixed(5)).join(' -> ')}`,
    )
    return
  }
  report.problem({
    found: `The page shows ${text}; expected the losses of Node within ${tolerance}, ${JSON.stringify(expected)}`,
    todo: 'Build projects/page outside the workspace and open it.',
  })
}

/** What the page shows when it is done. Nothing may be asked of another host. */
async function textOfPage(folder, executablePath) {
  const handler = sirv(folder)
  const server = createServer((request, response) => handler(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${server.address().port}`
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-background-networking']
  const browser = await chromium.launch({ executablePath, args })
  try {
    const page = await browser.newPage()
    const strangers = []
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(origin))
        strangers.push(request.url())
    })
    await page.goto(origin)
    await page.waitForFunction(() => document.querySelector('output')?.textContent !== '', null, {
      timeout: 120_000,
    })
    if (strangers.length > 0) return `requests to ${strangers.join(', ')}`
    return (await page.textContent('output')) ?? ''
  } finally {
    await browser.close()
    server.close()
    server.closeAllConnections()
  }
}
