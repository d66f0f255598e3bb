import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { InputError } from '../errors'
import { writeFolderAtomically } from './atomic-folder'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensor-folder-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('writeFolderAtomically', () => {
  it('appears with all files, also in place of an empty folder', async () => {
    mkdirSync(join(folder, 'model'))
    await writeFolderAtomically(join(folder, 'model'), async (temporary) => {
      writeFileSync(join(temporary, 'a'), '1')
      expect(readdirSync(join(folder, 'model'))).toEqual([])
    })
    expect(readdirSync(folder)).toEqual(['model'])
    expect(readdirSync(join(folder, 'model'))).toEqual(['a'])
  })

  it('leaves nothing where filling fails', async () => {
    const failing = writeFolderAtomically(join(folder, 'model'), async (temporary) => {
      writeFileSync(join(temporary, 'a'), '1')
      throw new Error('disk on fire')
    })
    await expect(failing).rejects.toThrow('disk on fire')
    expect(readdirSync(folder)).toEqual([])
  })

  it('refuses a place that it could not take, before anything is made', async () => {
    writeFileSync(join(folder, 'file'), '1')
    const fill = () => expect.fail('the folder was filled')
    const refused = async (place: string, words: RegExp) => {
      const writing = writeFolderAtomically(place, fill)
      await expect(writing).rejects.toThrow(InputError)
      await expect(writing).rejects.toThrow(words)
    }
    await refused(folder, /already holds 1 files, such as file; expected a new or empty one\.$/)
    await refused(join(folder, 'file'), /file is a file; expected a new or empty folder\.$/)
    await refused(
      join(folder, 'none', 'model'),
      /\(ENOENT\); the folder .*none does not exist: create it first\.$/,
    )
    expect(readdirSync(folder)).toEqual(['file'])
  })

  it('does not replace what was written to its place meanwhile', async () => {
    const place = join(folder, 'model')
    const late = writeFolderAtomically(place, async () => {
      mkdirSync(place)
      writeFileSync(join(place, 'other'), '1')
    })
    await expect(late).rejects.toThrow(/something else was written there meanwhile/)
    expect(readdirSync(folder)).toEqual(['model'])
    expect(readdirSync(place)).toEqual(['other'])
  })
})
