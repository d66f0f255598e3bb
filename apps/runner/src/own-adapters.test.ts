import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InputError } from '@tintjs/tensor'
import { afterAll, describe, expect, it } from 'vitest'
import { loadAdapters } from './own-adapters'
import { copyFolder, runJson, runTint, temporaryFolder, writeJson } from './test-support'

const folder = temporaryFolder()
afterAll(folder.remove)

const shipped = fileURLToPath(new URL('../models/gpt2-nano-bytes', import.meta.url))
const builtGpt2 = import.meta.resolve('@tintjs/inner-gpt2')

/** The shipped model, as one of a family that nobody knows. */
const model = join(folder.path, 'model')
mkdirSync(model)
copyFolder(shipped, model)
const config = JSON.parse(readFileSync(join(shipped, 'config.json'), 'utf8'))
writeJson(model, 'config.json', { ...config, model_type: 'heron' })

/** An adapter of that family: GPT-2's under another name. */
const heron = `import { gpt2 } from ${JSON.stringify(builtGpt2)}
export const heron = { family: 'heron', describe: (config, tensors) => gpt2.describe({ ...config, model_type: 'gpt2' }, tensors) }
`
const file = write('heron.mjs', heron)

function write(name: string, text: string): string {
  const path = join(folder.path, name)
  writeFileSync(path, text)
  return path
}

describe('tint --adapter', () => {
  it('reads a family of one’s own, from a file or a package', async () => {
    const bundle = join(folder.path, 'node_modules', 'heron')
    mkdirSync(bundle, { recursive: true })
    copyFileSync(file, join(bundle, 'index.mjs'))
    writeJson(bundle, 'package.json', { name: 'heron', exports: { import: './index.mjs' } })
    const { family } = await runJson(['inspect', model, '--adapter', file])
    expect(family).toBe('gpt2')
    const { code, stdout } = await runTint(['inspect', model, '--adapter', 'heron'], { cwd: folder.path })
    expect({ code, stdout: stdout.split('\n')[1] }).toEqual({ code: 0, stdout: 'family      gpt2' })
  })

  it('reaches the processes that compute', async () => {
    const text = write('storks.txt', 'The storks fly south in autumn, the cranes fly north. '.repeat(3))
    const { results } = await runJson([
      ...['perplexity', '--model', model, '--adapter', file, '--text', text, '--context', '64'],
      ...['--train-fraction', '0.5', '--ways', 'inner', '--batch', '1', '--engine', 'wasm', '--workers', '2'],
    ])
    expect(results).toHaveLength(1)
  })

  it('is told of by whoever does not have it', async () => {
    const { stderr } = await runTint(['inspect', model])
    expect(stderr).toContain('model_type "heron"')
    expect(stderr).toContain('write-an-adapter.md')
  })
})

describe('loadAdapters', () => {
  it.each([
    [
      'a file that is not there',
      './nothing.mjs',
      /nothing\.mjs, which is not there; expected a JavaScript module/,
    ],
    ['a folder', folder.path, /which is a folder/],
    ['no package of that name', 'no-such-package', /is neither a file nor a package that is installed in/],
    ['no adapter', write('none.mjs', 'export const a = 1, b = {}'), /exports a, b, and no adapter/],
    ['a module that fails', write('throws.mjs', 'throw new Error("no luck")'), /cannot be loaded: no luck\./],
    [
      'two of one family',
      write('twice.mjs', `${heron}export const other = { ...heron }`),
      /exports two adapters of the family heron/,
    ],
  ])('refuses %s in a sentence', async (_, name, words) => {
    const failure = await loadAdapters(name).catch((error: Error) => error)
    expect(failure).toBeInstanceOf(InputError)
    expect(String(failure)).toMatch(words)
  })

  it('tells what describe gives in place of a description', async () => {
    const slips = write('nothing.mjs', 'export default { family: "heron", describe: async () => ({}) }')
    const [adapter] = await loadAdapters(slips)
    expect(() => adapter?.describe({})).toThrow(
      /The adapter of heron in .* failed: describe gives no description/,
    )
    await expect(loadAdapters(write('null.mjs', 'throw null'))).rejects.toThrow(
      /null\.mjs cannot be loaded: null/,
    )
  })

  it('tells a slip of an adapter as the adapter’s', async () => {
    const slips = write('slips.mjs', 'export default { family: "heron", describe: () => [][0].x }')
    const [adapter] = await loadAdapters(slips)
    expect(() => adapter?.describe({})).toThrow(/The adapter of heron in .*slips\.mjs failed: Cannot read/)
  })
})
