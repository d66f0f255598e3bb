import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const built = fileURLToPath(new URL('../dist', import.meta.url))

/** What a browser fetches of the page, without checkpoints; every engine, though it loads one. */
const files = ['index.html', ...readdirSync(join(built, 'assets')).map((name) => join('assets', name))].map(
  (name) => ({ name, content: readFileSync(join(built, name)) }),
)

describe('the built page', () => {
  it('has nothing in it that only Node has', () => {
    for (const { name, content } of files) {
      if (!name.endsWith('.js')) continue
      expect(content.toString(), name).not.toMatch(/(from|import\(?)\s*['"`]node:|__vite-browser-external/)
    }
  })

  it('has no path that works in the root of a server only', () => {
    expect(files[0]?.content.toString()).not.toMatch(/(src|href)="\//)
  })

  it('is small enough for a page', () => {
    const sizes = files.map(({ name, content }) => ({ name, bytes: gzipSync(content).length }))
    const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
    const lines = [...sizes, { name: 'in all', bytes: total }].map(
      ({ name, bytes }) => `${(bytes / 1000).toFixed(1).padStart(7)} kB  ${name}`,
    )
    console.log(`The page compressed by gzip:\n${lines.join('\n')}`)
    expect(total).toBeLessThan(1_500_000)
  })

  it('names what is built into it, in the page and in its worker, with the licences', () => {
    const titles = [...readFileSync(join(built, 'third-party.md'), 'utf8').matchAll(/^## (\S+) /gm)].map(
      ([, name]) => name,
    )
    expect(titles).toEqual(
      expect.arrayContaining([
        'preact',
        '@tensorflow/tfjs-core',
        '@huggingface/tokenizers',
        '@zip.js/zip.js',
        'zod',
      ]),
    )
    expect(new Set(titles).size).toBe(titles.length)
  })

  it('comes with its checkpoints', () => {
    for (const model of ['gpt2-nano-bytes', 'opt-nano-bytes']) {
      expect(readdirSync(join(built, model))).toEqual(
        expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json', 'MODEL_CARD.md']),
      )
    }
  })
})
