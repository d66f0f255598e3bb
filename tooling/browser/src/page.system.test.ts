import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { findBrowser, howToGetBrowser } from '@tooling/workspace/browser'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { watchFrames } from './test-support/frames'
import { lossesInNode, messageInNode } from './test-support/node-losses'
import { type OpenPage, openPage, type ShownLosses, type StepInput } from './test-support/open-page'
import { buildPage, type PageBuild } from './test-support/page-build'
import { isolationHeaders, type StaticServer, serveFolder } from './test-support/static-server'

const apps = fileURLToPath(new URL('../../../apps', import.meta.url))
const nano = join(apps, 'runner', 'models', 'gpt2-nano-bytes')

const executablePath = findBrowser()
const missing = `There is no Chromium here, so what the page does in a browser is not tested: ${howToGetBrowser}`

// A person may go without; what guards the repository may not.
it.runIf(executablePath === undefined)('finds a Chromium', ({ skip }) => {
  if (!['', '0', 'false'].includes(process.env.CI ?? '')) throw new Error(missing)
  console.warn(missing)
  skip(missing)
})

describe.skipIf(executablePath === undefined)('the page in Chromium', () => {
  let build: PageBuild
  let server: StaticServer
  let browser: Browser
  let open: OpenPage

  beforeAll(async () => {
    build = await buildPage()
    server = await serveFolder(build.folder)
    browser = await chromium.launch({
      ...(executablePath !== undefined && { executablePath }),
      // Containers run as root, without a GPU, and with little shared memory.
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'],
    })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    await build?.remove()
  })

  beforeEach(async () => {
    open = await openPage(browser, server.origin)
  })
  afterEach(async () => {
    expect(open.complaints).toEqual([])
    expect([...open.hosts]).toEqual([server.origin])
    await open.page.close()
  })

  it.each(['gpt2-one-step', 'opt-one-step'])('gives the losses of Node for %s', async (name) => {
    const { folder, inputIds, trainLength, learningRate, expected } = goldenCaseNamed(name)
    const ids = inputIds[0]!
    const input: StepInput = {
      kind: 'token ids',
      text: JSON.stringify(ids),
      trainFraction: trainLength / ids.length,
      learningRate,
    }
    const files = ['config.json', 'model.safetensors'].map((file) => join(folder, file))
    await open.drop(...files)
    expect(await open.model()).toMatch(/^(gpt2|opt): 3 layers of width 64, .* no tokenizer.* wasm 4\.22\.0/)
    const shown = await open.takeStep(input)
    expectSameLosses(shown, await lossesInNode(folder, input))
    // Not only equal, but right: to float32's accuracy, as the golden cases are tested everywhere.
    expect(shown[0]?.lossBefore).toBeCloseTo(expected.lossBefore, 4)
  })

  it('gives the losses of Node for a dropped folder with a tokenizer, and goes on drawing', async () => {
    const scene = await readFile(join(apps, 'runner', 'demo', 'tide-clock.txt'), 'utf8')
    const text = scene.slice(0, 256)
    const input: StepInput = { kind: 'text', text, trainFraction: 0.7, learningRate: 6e-4 }
    await open.drop(nano)
    expect(await open.model()).toContain('4 layers of width 128, 891,776 parameters; with its tokenizer')
    const frames = await watchFrames(open.page, '#progress')
    expectSameLosses(await open.takeStep(input), await lossesInNode(nano, input))
    const { values, longestGap } = await frames.seen()
    console.log(`${values.length} states of the progress bar; longest time without a frame: ${longestGap} ms`)
    // Blocks, passes and gradients make 24 of them: an unbroken computation would show two.
    expect(values.length).toBeGreaterThan(4)
  })

  it('takes files that are chosen in the form', async () => {
    await open.choose(join(nano, 'config.json'), join(nano, 'model.safetensors'))
    expect(await open.model()).toContain('4 layers of width 128, 891,776 parameters; no tokenizer')
  })

  it('can be used by keyboard alone', async () => {
    const focused: string[] = []
    await open.drop(nano)
    for (let presses = 0; presses < 6; presses++) {
      await open.page.keyboard.press('Tab')
      focused.push(await open.page.evaluate(() => document.activeElement?.id ?? ''))
    }
    expect(focused).toEqual(['files', 'as-text', 'text', 'train-fraction', 'learning-rate', 'run'])
    await open.page.keyboard.press('Enter')
    await open.ended()
    expect(await open.page.locator('#rows tr').count()).toBe(2)
  })

  it('computes on a page that may have threads', async () => {
    // tfjs starts threads there, which never answer once it is minified; the packages keep it from that.
    const isolated = await serveFolder(build.folder, isolationHeaders)
    const page = await openPage(browser, isolated.origin)
    try {
      expect(await page.page.evaluate(() => window.crossOriginIsolated)).toBe(true)
      await page.drop(nano)
      expect(await page.model()).toContain('1 thread')
      expect(page.complaints).toEqual([])
    } finally {
      await page.page.close()
      await isolated.close()
    }
  })

  describe('shows what the library says', () => {
    let folder: string

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'tint-broken-'))
    })
    afterEach(() => rm(folder, { recursive: true, force: true }))

    it('of a truncated checkpoint, and takes a whole one after it', async () => {
      const weights = await readFile(join(nano, 'model.safetensors'))
      const files = { 'config.json': await readFile(join(nano, 'config.json')), 'model.safetensors': weights }
      const broken = { ...files, 'model.safetensors': weights.subarray(0, weights.length - 1000) }
      for (const [name, content] of Object.entries(broken)) await writeFile(join(folder, name), content)
      await open.drop(...Object.keys(broken).map((name) => join(folder, name)))
      const problem = await open.problem()
      expect(problem).toContain('model.safetensors')
      expect(problem).toBe(await messageInNode('the dropped files', broken))
      expect(await open.model()).toBe('No checkpoint yet.')
      await open.drop(nano)
      expect(await open.problem()).toBeUndefined()
      expect(await open.model()).toContain('891,776 parameters')
    })

    it('of a file that is missing', async () => {
      const config = await readFile(join(nano, 'config.json'))
      await open.drop(join(nano, 'config.json'))
      expect(await open.problem()).toBe(await messageInNode('the dropped files', { 'config.json': config }))
    })

    it('of a share that leaves nothing to learn from', async () => {
      await open.drop(nano)
      await open.takeStep({ kind: 'text', text: 'Storks.', trainFraction: 0, learningRate: 1e-3 })
      expect(await open.problem()).toBe(
        'The train length is 0; expected a whole number from 1 to 6, as the input has 7 tokens.',
      )
    })
  })
})

/** The same arithmetic on the same engine: both are float32, and only the order of sums may differ. */
function expectSameLosses(shown: readonly ShownLosses[], node: readonly ShownLosses[]): void {
  expect(shown.map(({ gradient }) => gradient)).toEqual(node.map(({ gradient }) => gradient))
  for (const [index, right] of node.entries()) {
    for (const loss of ['lossBefore', 'lossAfter'] as const) {
      const found = shown[index]![loss]
      expect(Math.abs(found / right[loss] - 1), `${right.gradient} ${loss} ${found}`).toBeLessThan(1e-4)
    }
  }
}
