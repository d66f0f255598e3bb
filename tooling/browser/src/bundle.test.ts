import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPage, type PageBuild } from './test-support/page-build'

describe('the bundle', () => {
  let build: PageBuild

  beforeAll(async () => {
    build = await buildPage()
  })
  afterAll(() => build?.remove())

  it('has nothing in it that only Node has', () => {
    for (const file of build.files) {
      if (file.type !== 'chunk') continue
      expect(
        file.moduleIds.filter((id) => /^node:|__vite-browser-external:|\/dist\/node\.js$/.test(id)),
      ).toEqual([])
      expect([...file.imports, ...file.dynamicImports].filter((name) => !name.startsWith('assets/'))).toEqual(
        [],
      )
      expect(file.code).not.toMatch(/['"`]node:/)
    }
  })

  it('is small enough for a page', () => {
    const sizes = build.files.map((file) => {
      const content = file.type === 'chunk' ? file.code : file.source
      return { name: file.fileName, bytes: gzipSync(content).length }
    })
    const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
    const lines = [...sizes, { name: 'in all', bytes: total }].map(
      ({ name, bytes }) => `${(bytes / 1000).toFixed(1).padStart(7)} kB  ${name}`,
    )
    console.log(`The page compressed by gzip:\n${lines.join('\n')}`)
    // 460 kB when this was written, more than half of it WASM: room for more families and operators, but a
    // second copy of TensorFlow.js, a tokenizer's data or a checkpoint in the bundle would not go unnoticed.
    expect(total).toBeLessThan(700_000)
  })
})
