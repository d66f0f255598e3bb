import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CheckpointError } from '@tintjs/tensor'
import { afterAll, describe, expect, it } from 'vitest'
import { folderSource } from './folder'

const root = mkdtempSync(join(tmpdir(), 'tint-folder-'))
afterAll(() => rmSync(root, { recursive: true }))

/** A folder with a file `own`, and links to the places that are given. */
function folderWith(name: string, links: Readonly<Record<string, string>>): string {
  const folder = join(root, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'own'), 'own')
  for (const [link, target] of Object.entries(links)) symlinkSync(target, join(folder, link))
  return folder
}

const textOf = async (source: ReturnType<typeof folderSource>, path: string) =>
  new TextDecoder().decode(await source.read(path))

writeFileSync(join(root, 'secret'), 'secret')

describe('links of a folder', () => {
  it('may lead within it, also where the folder is a link itself', async () => {
    const folder = folderWith('within', { link: 'own', indirect: 'link' })
    symlinkSync(folder, join(root, 'alias'))
    expect(await textOf(folderSource(folder), 'indirect')).toBe('own')
    expect(await textOf(folderSource(join(root, 'alias')), 'link')).toBe('own')
    expect(await textOf(folderSource(`${folder}/`), 'link')).toBe('own')
  })

  it('may not lead out of it, and nothing is read there', async () => {
    const folder = folderWith('out', {
      absolute: join(root, 'secret'),
      relative: '../secret',
      twice: 'relative',
    })
    // Its name starts as the folder's does.
    mkdirSync(join(root, 'out-side'))
    writeFileSync(join(root, 'out-side', 'file'), 'secret')
    symlinkSync('../out-side/file', join(folder, 'beside'))
    for (const path of ['absolute', 'relative', 'twice', 'beside', '../secret']) {
      const reading = folderSource(folder).read(path)
      await expect(reading).rejects.toThrow(CheckpointError)
      await expect(reading).rejects.toThrow(
        /in .*out is a link that leads out of the folder, to .*; expected the/,
      )
    }
  })

  it('may lead anywhere where the caller says so', async () => {
    const folder = folderWith('trusted', { link: '../secret' })
    expect(await textOf(folderSource(folder, { links: 'anywhere' }), 'link')).toBe('secret')
  })

  it("may lead to the contents of the hub's cache, from a snapshot there", async () => {
    const repository = join('models--owner--tiny')
    mkdirSync(join(root, repository, 'blobs'), { recursive: true })
    writeFileSync(join(root, repository, 'blobs', 'abc'), 'content')
    const snapshot = folderWith(join(repository, 'snapshots', 'commit'), {
      link: '../../blobs/abc',
      out: '../../../secret',
    })
    expect(await textOf(folderSource(snapshot), 'link')).toBe('content')
    await expect(folderSource(snapshot).read('out')).rejects.toThrow(/leads out of the folder/)
  })

  it('that lead nowhere are told as missing files', async () => {
    const folder = folderWith('nowhere', { link: 'nothing' })
    await expect(folderSource(folder).read('link')).rejects.toThrow(/link does not exist/)
  })
})
