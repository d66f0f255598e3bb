import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findPackage, locatePackage } from './locate.js'
import { PACKAGE } from './project.js'
import { npmProject, temporaryFolder, writePackage, writeTree } from './test-support.js'

/** pnpm's layout: the package in the virtual store, a link to it from the workspace package that asked for it. */
async function pnpmWorkspace() {
  const root = await temporaryFolder()
  const store = join(
    root,
    'node_modules/.pnpm/@tensorflow+tfjs-node-gpu@4.22.0_seedrandom@3.0.5/node_modules',
    PACKAGE,
  )
  await writePackage(store)
  const member = join(root, 'packages/tensor')
  await mkdir(join(member, 'node_modules/@tensorflow'), { recursive: true })
  await symlink(store, join(member, 'node_modules', PACKAGE))
  return { root, member, store }
}

describe('locatePackage', () => {
  it('finds it where npm puts it, from the project and from below', async () => {
    const { project, packageFolder } = await npmProject(await temporaryFolder())
    await writeTree(project, { 'src/deep/a.js': '' })
    expect(locatePackage(project)).toEqual({ folder: packageFolder, version: '4.22.0' })
    expect(locatePackage(join(project, 'src/deep')).folder).toBe(packageFolder)
  })

  it("finds it through pnpm's link, at its real place", async () => {
    const { member, store } = await pnpmWorkspace()
    expect(locatePackage(member).folder).toBe(store)
  })

  it("finds it in pnpm's virtual store from the root, which has no link", async () => {
    const { root, store } = await pnpmWorkspace()
    expect(locatePackage(root).folder).toBe(store)
  })

  it.each([
    ["Yarn's pnpm linker", '.store/@tensorflow-tfjs-node-gpu-npm-4.22.0-67f800dc6d/package'],
    ["npm's linked layout", `.store/@tensorflow+tfjs-node-gpu@4.22.0-ab/node_modules/${PACKAGE}`],
    ["bun's isolated layout", `.bun/@tensorflow+tfjs-node-gpu@4.22.0/node_modules/${PACKAGE}`],
  ])('finds it in the store of %s', async (_, place) => {
    const root = await temporaryFolder()
    const folder = await writePackage(join(root, 'node_modules', place))
    expect(locatePackage(root).folder).toBe(folder)
  })

  it('finds it nested under another package, scoped or not', async () => {
    for (const owner of ['@tintjs/tensor', 'other']) {
      const root = await temporaryFolder()
      const folder = await writePackage(join(root, 'node_modules', owner, 'node_modules', PACKAGE))
      expect(locatePackage(root).folder).toBe(folder)
    }
  })

  it('prefers what Node resolves to copies further inside', async () => {
    const { project, packageFolder } = await npmProject(await temporaryFolder())
    await writePackage(join(project, 'node_modules/other/node_modules', PACKAGE))
    expect(locatePackage(project).folder).toBe(packageFolder)
  })

  it('asks which one when there are several, and takes the only one of the right version', async () => {
    const root = await temporaryFolder()
    const a = await writePackage(join(root, 'node_modules/a/node_modules', PACKAGE))
    const b = await writePackage(join(root, 'node_modules/b/node_modules', PACKAGE))
    expect(() => locatePackage(root)).toThrow(/several copies.*--package DIR/)
    expect(locatePackage(root, b).folder).toBe(b)
    await writePackage(b, '4.20.0')
    expect(locatePackage(root).folder).toBe(a)
  })

  it('takes an explicit folder relative to the current one, and nothing that is not the package', async () => {
    const { project, packageFolder } = await npmProject(await temporaryFolder())
    expect(locatePackage(project, `node_modules/${PACKAGE}`).folder).toBe(packageFolder)
    expect(() => locatePackage(project, '.')).toThrow(/is not the folder of @tensorflow\/tfjs-node-gpu/)
    expect(() => findPackage(project, '.')).toThrow(/is not the folder of/)
  })

  it('refuses another version', async () => {
    const { project, packageFolder } = await npmProject(await temporaryFolder())
    await writePackage(packageFolder, '4.21.0')
    expect(() => locatePackage(project)).toThrow(/version 4\.21\.0.*4\.22\.0: npm install/)
    expect(findPackage(project)?.version).toBe('4.21.0')
  })

  it.each([
    ['package-lock.json', 'npm install --ignore-scripts @tensorflow/tfjs-node-gpu@4.22.0'],
    ['pnpm-lock.yaml', 'pnpm add @tensorflow/tfjs-node-gpu@4.22.0'],
    ['yarn.lock', 'yarn add --ignore-scripts @tensorflow/tfjs-node-gpu@4.22.0'],
  ])('names the command that adds it where there is %s', async (lockfile, command) => {
    const project = await temporaryFolder()
    await writeTree(project, { [lockfile]: '' })
    expect(findPackage(project)).toBeNull()
    expect(() => locatePackage(project)).toThrow(expect.objectContaining({ code: 'package-not-found' }))
    expect(() => locatePackage(project)).toThrow(command)
  })

  it("names the setting that Yarn's Plug'n'Play needs", async () => {
    const project = await temporaryFolder()
    await writeTree(project, { '.pnp.cjs': '', 'yarn.lock': '' })
    expect(() => locatePackage(project)).toThrow(/nodeLinker: node-modules/)
  })

  it('ignores a folder of that name that is another or a broken package', async () => {
    const project = await temporaryFolder()
    await writeTree(join(project, 'node_modules', PACKAGE), { 'package.json': '{"name":' })
    expect(findPackage(project)).toBeNull()
    await writeTree(join(project, 'node_modules', PACKAGE), {
      'package.json': '{"name":"x","version":"4.22.0"}',
    })
    expect(findPackage(project)).toBeNull()
  })
})
