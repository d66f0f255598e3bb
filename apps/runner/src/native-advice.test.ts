import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nativeAdvice } from './native-advice'

const obstacle = { problem: 'It is broken.', commands: ['mend it'] }
const tfjs = '@tensorflow/tfjs-node-gpu'
const program = 'node_modules/@tintjs/runner/dist/tint.js'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'tint-advice-')))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** Makes a file with the folders above it. */
function make(path: string, content = ''): string {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  return file
}

const makePackage = (folder: string, version = '4.22.0') =>
  make(`${folder}/package.json`, JSON.stringify({ name: tfjs, version }))

describe('nativeAdvice', () => {
  it('is about the project that the program is installed in, in the words of its package manager', async () => {
    make('project/package.json', '{}')
    make('project/pnpm-lock.yaml')
    make('project/packages/inner/package.json', '{}')
    make('elsewhere/package-lock.json')
    const file = make(`project/${program}`)
    const advice = {
      problem: `${tfjs} is not installed here.`,
      commands: [`pnpm add ${tfjs}@4.22.0`, expect.stringMatching(/libtensorflow.* install$/)],
    }
    expect(await nativeAdvice(obstacle, file, join(root, 'elsewhere'))).toEqual({
      ...advice,
      folder: join(root, 'project'),
    })
    expect(await nativeAdvice(obstacle, file, join(root, 'project/packages/inner'))).toEqual({
      ...advice,
      folder: join(root, 'project/packages/inner'),
    })
  })

  it('says that the library is missing where the package is there', async () => {
    make('project/package.json', '{}')
    makePackage(`project/node_modules/${tfjs}`)
    const { problem, commands } = await nativeAdvice(obstacle, make(`project/${program}`), root)
    expect(problem).toBe(`${tfjs} has no native library yet.`)
    expect(commands).toEqual([expect.stringMatching(/libtensorflow.* install$/)])
  })

  it('is about the copy that the program loads where there are several', async () => {
    make('project/package.json', '{}')
    makePackage(`project/node_modules/a/node_modules/${tfjs}`)
    makePackage(`project/node_modules/@tintjs/node_modules/${tfjs}`)
    makePackage(`project/node_modules/b/node_modules/${tfjs}`)
    const { commands } = await nativeAdvice(obstacle, make(`project/${program}`), root)
    expect(commands).toEqual([
      expect.stringMatching(new RegExp(`install --package ${root}/project/node_modules/@tintjs/.*gpu$`)),
    ])
  })

  it('adds to no project where npm has installed the program for all', async () => {
    const { commands } = await nativeAdvice(obstacle, make(`lib/${program}`), root)
    expect(commands).toEqual([
      `npm install --global --ignore-scripts ${tfjs}@4.22.0`,
      `npx @tintjs/libtensorflow install --package ${join(root, 'lib/node_modules', tfjs)}`,
    ])
  })

  it('finds the installer of a checkout', async () => {
    const { folder, commands } = await nativeAdvice(obstacle, fileURLToPath(import.meta.url), root)
    const checkout = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')
    expect(folder).toBe(checkout)
    // Where the library is in place, there is nothing to say but what the engine says.
    expect([['node packages/libtensorflow/dist/cli.js install'], obstacle.commands]).toContainEqual(commands)
  })
})
