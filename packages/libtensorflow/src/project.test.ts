import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addCommand, ownCommand, packageManagerOf, shellWord } from './project.js'
import { temporaryFolder, writeTree } from './test-support.js'

const SPEC = '@tensorflow/tfjs-node-gpu@4.22.0'

describe('packageManagerOf', () => {
  it.each([
    ['nothing', {}, 'npm'],
    ['package-lock.json', { 'package-lock.json': '{}' }, 'npm'],
    ['pnpm-lock.yaml', { 'pnpm-lock.yaml': '' }, 'pnpm'],
    ['bun.lock', { 'bun.lock': '' }, 'bun'],
    ['bun.lockb', { 'bun.lockb': '' }, 'bun'],
    ["classic Yarn's lockfile", { 'yarn.lock': '# yarn lockfile v1\n' }, 'yarn-classic'],
    ["a newer Yarn's lockfile", { 'yarn.lock': '__metadata:\n  version: 8\n' }, 'yarn'],
    ['.yarnrc.yml', { '.yarnrc.yml': '', 'yarn.lock': '' }, 'yarn'],
    ["Plug'n'Play", { '.pnp.cjs': '', 'yarn.lock': '' }, 'yarn'],
  ] as const)('sees by %s that it is %s', async (_, files, manager) => {
    const project = await temporaryFolder()
    await writeTree(project, { ...files, 'src/deep/a.js': '' })
    expect(packageManagerOf(project)).toBe(manager)
    expect(packageManagerOf(join(project, 'src/deep'))).toBe(manager)
  })
})

describe('the commands', () => {
  it.each([
    ['package-lock.json', `npm install --ignore-scripts ${SPEC}`, 'npx @tintjs/libtensorflow install'],
    ['pnpm-lock.yaml', `pnpm add ${SPEC}`, 'pnpm dlx @tintjs/libtensorflow install'],
    ['bun.lock', `bun add ${SPEC}`, 'bunx @tintjs/libtensorflow install'],
    ['yarn.lock', `yarn add --ignore-scripts ${SPEC}`, 'npx @tintjs/libtensorflow install'],
    ['.yarnrc.yml', `yarn add --mode=skip-build ${SPEC}`, 'yarn dlx @tintjs/libtensorflow install'],
  ])('are those of the project with %s', async (lockfile, add, install) => {
    const project = await temporaryFolder()
    await writeTree(project, { [lockfile]: '' })
    expect([addCommand(project), ownCommand(project, 'install')]).toEqual([add, install])
  })

  it.each([
    ['package-lock.json', 'npx tint-libtensorflow install'],
    ['pnpm-lock.yaml', 'pnpm exec tint-libtensorflow install'],
    ['bun.lock', 'bunx tint-libtensorflow install'],
    ['yarn.lock', 'yarn tint-libtensorflow install'],
  ])('run what a project with %s has', async (lockfile, command) => {
    for (const place of ['.bin/tint-libtensorflow', '@tintjs/libtensorflow/package.json']) {
      const project = await temporaryFolder()
      await writeTree(project, { [lockfile]: '', [`node_modules/${place}`]: '', 'src/a.js': '' })
      expect(ownCommand(join(project, 'src'), 'install')).toBe(command)
    }
  })

  it('run with newer Yarn what the project itself depends on', async () => {
    const project = await temporaryFolder()
    const inModules = { 'node_modules/@tintjs/libtensorflow/package.json': '{}', '.yarnrc.yml': '' }
    await writeTree(project, { ...inModules, 'package.json': '{ "dependencies": {} }' })
    expect(ownCommand(project, 'install')).toBe('yarn dlx @tintjs/libtensorflow install')
    const manifest = { devDependencies: { '@tintjs/libtensorflow': '1.0.0' } }
    await writeTree(project, { 'package.json': JSON.stringify(manifest), 'src/a.js': '' })
    expect(ownCommand(join(project, 'src'), 'install')).toBe('yarn tint-libtensorflow install')
  })
})

describe('shellWord', () => {
  it.each([
    ['/a/@b+c_d.e-1', '/a/@b+c_d.e-1'],
    ['/my folder/$x', "'/my folder/$x'"],
    ["it's", "'it'\\''s'"],
  ])('makes of %s one word for a shell', (word, quoted) => {
    expect(shellWord(word)).toBe(quoted)
  })
})
