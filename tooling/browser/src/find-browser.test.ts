import { writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { findBrowser, howToGetBrowser, provideBrowser } from '@tooling/workspace/browser'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

let folder: string
let environment: { PATH: string; CHROME_PATH?: string }
let said: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tint-find-browser-'))
  await mkdir(join(folder, 'first'))
  await mkdir(join(folder, 'second'))
  environment = {
    PATH: [join(folder, 'missing'), join(folder, 'first'), join(folder, 'second')].join(delimiter),
  }
  said = []
  vi.spyOn(console, 'log').mockImplementation((text: string) => void said.push(text))
  vi.spyOn(console, 'error').mockImplementation((text: string) => void said.push(text))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true, force: true })
})

async function program(path: string, mode = 0o755): Promise<string> {
  await writeFile(join(folder, path), '#!/bin/sh\n', { mode })
  return join(folder, path)
}

describe('findBrowser', () => {
  it('takes Chromium before Chrome, wherever they are on the PATH', async () => {
    expect(findBrowser(environment)).toBeUndefined()
    const chrome = await program('first/google-chrome')
    expect(findBrowser(environment)).toBe(chrome)
    const chromium = await program('second/chromium')
    expect(findBrowser(environment)).toBe(chromium)
  })

  it('passes over what is no program', async () => {
    await program('first/chromium', 0o644)
    await mkdir(join(folder, 'second', 'chromium'))
    expect(findBrowser(environment)).toBeUndefined()
  })

  it('takes CHROME_PATH and nothing else where it is set', async () => {
    await program('first/chromium')
    const named = await program('other')
    expect(findBrowser({ ...environment, CHROME_PATH: named })).toBe(named)
    expect(findBrowser({ ...environment, CHROME_PATH: join(folder, 'missing') })).toBeUndefined()
  })
})

describe('provideBrowser', () => {
  const nothing = () => expect.fail('Nothing should be run.')

  it('gives the browser that is there and says nothing', async () => {
    const chromium = await program('first/chromium')
    expect(provideBrowser(nothing, environment, true)).toBe(chromium)
    expect(said).toEqual([])
  })

  it('installs one as root with apt-get', async () => {
    await program('first/apt-get')
    const commands: string[] = []
    const chromium = join(folder, 'second', 'chromium')
    const run = (command: string, args: string[]) => {
      commands.push([command, ...args].join(' '))
      if (args.includes('install')) writeFileSync(chromium, '', { mode: 0o755 })
      return 0
    }
    expect(provideBrowser(run, environment, true)).toBe(chromium)
    expect(commands).toEqual([
      'apt-get -qq -o Dpkg::Use-Pty=0 update',
      'apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends chromium',
    ])
    expect(said).toHaveLength(1)
  })

  it('says what to do where installing fails', async () => {
    await program('first/apt-get')
    expect(provideBrowser(() => 100, environment, true)).toBeUndefined()
    expect(said.at(-1)).toBe(
      `Chromium could not be installed; the tests that run in a browser are left out. To run them, ${howToGetBrowser}`,
    )
  })

  it.each([
    ['without apt-get', true, false],
    ['without root', false, true],
  ])('installs nothing %s', async (_, isRoot, hasAptGet) => {
    if (hasAptGet) await program('first/apt-get')
    expect(provideBrowser(nothing, environment, isRoot)).toBeUndefined()
    expect(said).toEqual([expect.stringContaining('There is no Chromium here; ')])
  })

  it('installs nothing in place of a CHROME_PATH that leads nowhere', async () => {
    await program('first/apt-get')
    expect(provideBrowser(nothing, { ...environment, CHROME_PATH: '/nowhere' }, true)).toBeUndefined()
    expect(said).toEqual([expect.stringContaining('CHROME_PATH is /nowhere, which is no program; ')])
  })
})
