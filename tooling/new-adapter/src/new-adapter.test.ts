import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createAdapter, NameProblem } from '@tooling/new-adapter/create'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const here = fileURLToPath(new URL('..', import.meta.url))
const repository = join(here, '..', '..')
let root: string

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'tint-new-adapter-')))
  cpSync(join(repository, 'biome.json'), join(root, 'biome.json'))
  // What pnpm install would link.
  for (const folder of ['@biomejs', '@tintjs', '@tooling', '@types', 'tsup', 'typescript', 'vitest', 'zod']) {
    const target = join(root, 'node_modules', folder)
    mkdirSync(dirname(target), { recursive: true })
    symlinkSync(join(here, 'node_modules', folder), target, 'junction')
  }
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const program = (name: string) => join(here, 'node_modules', '.bin', name)

async function runIn(folder: string, command: string, ...args: string[]) {
  try {
    const env = { ...process.env, TINT_ENGINES: 'wasm', NO_COLOR: '1' }
    const { stdout, stderr } = await promisify(execFile)(program(command), args, { cwd: folder, env })
    return { code: 0, output: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, output: stdout + stderr }
  }
}

describe('a new adapter', () => {
  let folder: string

  beforeAll(() => {
    const created = createAdapter(root, 'night_owl')
    expect(created).toEqual({
      folder: 'packages/inner-night-owl',
      changeset: '.changeset/inner-night-owl.md',
      packageName: '@tintjs/inner-night-owl',
    })
    folder = join(root, created.folder)
  })

  it('is written whole, with its changeset, and nothing else', () => {
    expect(readdirSync(join(root, 'packages'))).toEqual(['inner-night-owl'])
    expect(readdirSync(join(root, '.changeset'))).toEqual(['inner-night-owl.md'])
  })

  it.each([
    // Before there is anything built, which is in no style.
    ['is in the style of the repository', 'biome', ['check', '--vcs-enabled=false', '.']],
    ['builds', 'tsup', []],
    ['has types that fit', 'tsc', ['-p', '.']],
  ])('%s', async (_, command, args) => {
    const { code, output } = await runIn(folder, command, ...args)
    expect(code, output).toBe(0)
  })

  it('has tests that run, and say what is missing', async () => {
    const { code, output } = await runIn(folder, 'vitest', 'run')
    expect(code).toBe(1)
    expect(output).toContain('There is no fixture of night_owl')
    expect(output).toContain('--model-type night_owl')
    expect(output).toMatch(/1 failed .* 1 passed .* 3 todo/)
  })
})

describe('a name', () => {
  it.each([undefined, '', 'Owl', '../owl', 'owl bird', '1owl', 'owl-', 'o'.repeat(41)])(
    'as %s is refused, and nothing is written',
    (name) => {
      const before = readdirSync(join(root, 'packages'))
      expect(() => createAdapter(root, name)).toThrow(NameProblem)
      expect(() => createAdapter(root, name)).toThrow('expected the model_type')
      expect(readdirSync(join(root, 'packages'))).toEqual(before)
    },
  )

  it.each(['class', 'attention', 'sequence', 'head_width', 'norm'])(
    'as %s, which means something else in the code, is refused',
    (name) => {
      const before = readdirSync(join(root, 'packages'))
      expect(() => createAdapter(root, name)).toThrow(NameProblem)
      expect(() => createAdapter(root, name)).toThrow('has a meaning of its own')
      expect(readdirSync(join(root, 'packages'))).toEqual(before)
    },
  )

  it('that has a package is refused, and the package stays as it is', () => {
    const file = join(root, 'packages', 'inner-night-owl', 'src', 'adapter.ts')
    expect(() => createAdapter(root, 'night-owl')).toThrow('packages/inner-night-owl exists already')
    expect(existsSync(file)).toBe(true)
  })

  it('that another package reads is refused', () => {
    expect(() => createAdapter(repository, 'qwen2')).toThrow('@tintjs/inner-llama reads qwen2 already')
  })

  it('is refused by the command in one sentence', async () => {
    const command = [join(here, 'new-adapter.mjs'), '../x']
    const running = promisify(execFile)(process.execPath, command)
    await expect(running).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/^[^\n]+\n$/) })
  })
})

describe('writing that fails', () => {
  it('leaves nothing behind', () => {
    const folder = mkdtempSync(join(root, 'broken-'))
    // A changeset cannot be put where a file is.
    writeFileSync(join(folder, '.changeset'), '')
    expect(() => createAdapter(folder, 'owl')).toThrow()
    expect(readdirSync(join(folder, 'packages'))).toEqual([])
  })
})
