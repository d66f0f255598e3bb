import { chmod, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './test-support.js'
import { dangerOf, requireSafe } from './trust.js'

const FOLDER = 0o040000
const LINK = 0o120000
const [ROOT, ME, OTHER] = [0, 1000, 1001]

describe('dangerOf', () => {
  const own = { mode: FOLDER | 0o755, uid: ME }
  const tmp = { mode: FOLDER | 0o1777, uid: ROOT }

  it.each([
    ['my folder in my folder', own, own],
    [
      "root's folder, for all users",
      { mode: FOLDER | 0o755, uid: ROOT },
      { mode: FOLDER | 0o755, uid: ROOT },
    ],
    ["a group's folder", { mode: FOLDER | 0o2775, uid: OTHER }, { mode: FOLDER | 0o2775, uid: OTHER }],
    ['my folder in /tmp', own, tmp],
    ["root's folder in /tmp", { ...own, uid: ROOT }, tmp],
    ['a link of mine', { mode: LINK | 0o777, uid: ME }, own],
    ['/tmp itself', tmp, { mode: FOLDER | 0o755, uid: ROOT }],
  ])('sees none in %s', (_, folder, parent) => {
    expect(dangerOf(folder, parent, ME)).toBeNull()
  })

  it.each([
    ['a folder for everybody', { ...own, mode: FOLDER | 0o777 }, own, /can write there/],
    ['my folder in one for everybody', own, { ...own, mode: FOLDER | 0o777 }, /can replace it/],
    ["a stranger's folder in /tmp", { ...own, uid: OTHER }, tmp, /another user made it/],
    ["a stranger's link in /tmp", { mode: LINK | 0o777, uid: OTHER }, tmp, /another user made it/],
  ])('sees one in %s', (_, folder, parent, why) => {
    expect(dangerOf(folder, parent, ME)).toMatch(why)
  })
})

describe.skipIf(process.getuid === undefined)('requireSafe', () => {
  it('takes what is not there, what is ours and links to it', async () => {
    const folder = await temporaryFolder()
    await requireSafe(join(folder, 'cache'))
    await mkdir(join(folder, 'cache'))
    await requireSafe(join(folder, 'cache'))
    await symlink(join(folder, 'cache'), join(folder, 'link'))
    await requireSafe(join(folder, 'link'))
  })

  it('refuses what everybody can write, in one sentence', async () => {
    const folder = join(await temporaryFolder(), 'cache')
    await mkdir(folder)
    await chmod(folder, 0o777)
    await expect(requireSafe(folder)).rejects.toThrow(expect.objectContaining({ code: 'unsafe-cache' }))
    await expect(requireSafe(folder)).rejects.toThrow(/set TINT_CACHE to a folder of your own/)
  })
})
