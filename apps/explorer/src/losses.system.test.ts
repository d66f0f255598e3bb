import { join } from 'node:path'
import { exact, tint } from '@tintjs/inner'
import { isolationHeaders, missingBrowser, watchFrames } from '@tooling/browser'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleText } from './settings/texts'
import { ExplorerServer, type OpenExplorer, type ShownLosses, shippedFolder } from './test-support/explorer'
import { lossesInNode } from './test-support/node-losses'

const missing = missingBrowser()
if (missing !== undefined) console.warn(missing)

describe.skipIf(missing !== undefined)('the losses on the page', () => {
  let server: ExplorerServer

  beforeAll(async () => {
    server = await ExplorerServer.start()
  })
  afterAll(() => server?.stop())

  it.each(['gpt2-nano-bytes', 'opt-nano-bytes'])(
    'are those of Node for %s, and frames keep coming',
    async (name) => {
      const open = await server.open({ address: `model=${name}&rate=3e-4` })
      const frames = await watchFrames(open.page, '#progress')
      const shown = [await open.run()]
      const { values, longestGap } = await frames.seen()
      await open.page.getByRole('radio', { name: 'exact' }).check({ force: true })
      shown.push(await open.run())
      expectSameLosses(
        shown,
        await lossesInNode(shippedFolder(name), sampleText('tide clock'), [
          { share: 0.7, learningRate: 3e-4, gradient: tint() },
          { share: 0.7, learningRate: 3e-4, gradient: exact() },
        ]),
      )
      console.log(
        `${values.length} states of the progress bar; longest time without a frame: ${longestGap} ms`,
      )
      // An unbroken computation on the page's own thread would show two.
      expect(values.length).toBeGreaterThan(4)
      await expectQuiet(open)
    },
  )

  it.each(['gpt2-one-step', 'opt-one-step'])('are those of Node for the golden case %s', async (name) => {
    const { folder, inputIds, trainLength, learningRate, expected } = goldenCaseNamed(name)
    const ids = inputIds[0]!
    const share = trainLength / ids.length
    const own = { text: 'own', own: ids.join(' '), share: String(share), rate: String(learningRate) }
    const open = await server.open({ address: String(new URLSearchParams(own)) })
    await open.drop(...['config.json', 'model.safetensors'].map((file) => join(folder, file)))
    expect(await open.model()).toContain('no tokenizer')
    const shown = await open.run()
    expectSameLosses([shown], await lossesInNode(folder, ids, [{ share, learningRate, gradient: tint() }]))
    // Not only equal, but right: to float32's accuracy, as the golden cases are tested everywhere.
    expect(shown.lossBefore).toBeCloseTo(expected.lossBefore, 3)
    await expectQuiet(open)
  })

  it('are there on a page that may have threads', async () => {
    // tfjs starts threads there, which never answer once it is minified; the packages keep it from that.
    const isolated = await ExplorerServer.start(isolationHeaders)
    try {
      const open = await isolated.open({ address: 'text=numbers&rate=1e-4&engine=wasm' })
      expect(await open.page.evaluate(() => window.crossOriginIsolated)).toBe(true)
      const { lossBefore, lossAfter } = await open.run()
      expect(lossAfter).toBeLessThan(lossBefore)
      await expectQuiet(open)
    } finally {
      await isolated.stop()
    }
  })

  it('are those of Node on WebGPU, where Chromium can imitate it', async ({ skip }) => {
    const software = await ExplorerServer.start({}, [
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
    ])
    try {
      const text = 'The storks fly south. The storks'
      const open = await software.open({
        address: `engine=wasm&text=own&${new URLSearchParams({ own: text })}`,
      })
      const hasAdapter = await open.page.evaluate(async () => {
        const { gpu } = navigator as unknown as { gpu?: { requestAdapter(): Promise<unknown> } }
        return Boolean(await gpu?.requestAdapter())
      })
      if (!hasAdapter) skip('This Chromium does not imitate WebGPU, so that it is not tested.')
      await open.done(() => open.page.getByLabel('Computes on').selectOption('webgpu'))
      expect(await open.model()).toContain('Computes on webgpu')
      const shown = await open.run()
      const gradient = tint()
      expectSameLosses(
        [shown],
        await lossesInNode(shippedFolder('gpt2-nano-bytes'), text, [
          { share: 0.7, learningRate: 6e-4, gradient },
        ]),
      )
    } finally {
      await software.stop()
    }
  })
})

/** The same arithmetic on the same engine: both are float32, and only the order of sums may differ. */
function expectSameLosses(shown: readonly ShownLosses[], node: readonly ShownLosses[]): void {
  expect(shown).toHaveLength(node.length)
  for (const [index, right] of node.entries()) {
    for (const loss of ['lossBefore', 'lossAfter'] as const) {
      const found = shown[index]![loss]
      expect(Math.abs(found / right[loss] - 1), `${loss} ${found}, in Node ${right[loss]}`).toBeLessThan(1e-4)
    }
  }
}

/** Nothing was complained of, nobody else was asked. */
async function expectQuiet({ complaints, hosts, origin, page }: OpenExplorer): Promise<void> {
  expect(complaints).toEqual([])
  expect([...hosts].filter((host) => host !== 'data:' && host !== 'blob:')).toEqual([origin])
  await page.close()
}
