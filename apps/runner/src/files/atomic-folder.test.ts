import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../test-support'
import { writeFolderAtomically } from './atomic-folder'

describe('writeFolderAtomically', () => {
  const folder = temporaryFolder()
  afterEach(folder.remove)

  it('appears with all files, also in place of an empty folder', async () => {
    mkdirSync(join(folder.path, 'model'), { recursive: true })
    await writeFolderAtomically(join(folder.path, 'model'), async (temporary) => {
      writeFileSync(join(temporary, 'a'), '1')
      expect(readdirSync(join(folder.path, 'model'))).toEqual([])
    })
    expect(readdirSync(folder.path)).toEqual(['model'])
    expect(readdirSync(join(folder.path, 'model'))).toEqual(['a'])
  })

  it('leaves nothing where filling fails', async () => {
    mkdirSync(folder.path, { recursive: true })
    const failing = writeFolderAtomically(join(folder.path, 'model'), async (temporary) => {
      writeFileSync(join(temporary, 'a'), '1')
      throw new Error('disk on fire')
    })
    await expect(failing).rejects.toThrow('disk on fire')
    expect(readdirSync(folder.path)).toEqual([])
  })
})
