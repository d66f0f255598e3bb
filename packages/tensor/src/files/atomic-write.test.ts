import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { InputError } from '../errors'
import { writeFileAtomically } from './atomic-write'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensor-atomic-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('writeFileAtomically', () => {
  test('writes texts and bytes in order, from both kinds of iterables', async () => {
    await writeFileAtomically(join(folder, 'sync'), ['ü', Uint8Array.of(1, 2), '', new Uint8Array(0), 'end'])
    expect([...(await readFile(join(folder, 'sync')))]).toEqual([0xc3, 0xbc, 1, 2, 0x65, 0x6e, 0x64])
    async function* chunks() {
      yield 'a'
      await Promise.resolve()
      yield 'b'
    }
    await writeFileAtomically(join(folder, 'async'), chunks())
    expect(await readFile(join(folder, 'async'), 'utf8')).toBe('ab')
    await writeFileAtomically(join(folder, 'empty'), [])
    expect((await readFile(join(folder, 'empty'))).length).toBe(0)
    expect((await readdir(folder)).sort()).toEqual(['async', 'empty', 'sync'])
  })

  test('replaces a file only once the new one is complete', async () => {
    const path = join(folder, 'file')
    await writeFile(path, 'old and longer')
    async function* chunks() {
      yield 'new'
      expect(await readFile(path, 'utf8')).toBe('old and longer')
    }
    await writeFileAtomically(path, chunks())
    expect(await readFile(path, 'utf8')).toBe('new')
  })

  test('leaves nothing new when the chunks fail midway, and lets the error through', async () => {
    const path = join(folder, 'file')
    const failure = new Error('no more chunks')
    let closed = false
    function* chunks() {
      yield 'half'
      throw failure
    }
    await expect(writeFileAtomically(path, chunks())).rejects.toBe(failure)
    expect(await readdir(folder)).toEqual([])
    await writeFile(path, 'old')
    async function* wrongChunks() {
      try {
        yield 'half'
        yield* JSON.parse('[5]')
      } finally {
        closed = true
      }
    }
    await expect(writeFileAtomically(path, wrongChunks())).rejects.toThrow(InputError)
    expect(closed).toBe(true)
    expect(await readdir(folder)).toEqual(['file'])
    expect(await readFile(path, 'utf8')).toBe('old')
  })

  test('says what to do when the file system refuses, and does not ask for chunks in vain', async () => {
    function* chunks() {
      yield expect.fail('a chunk was asked for')
    }
    const missing = writeFileAtomically(join(folder, 'missing', 'file'), chunks())
    await expect(missing).rejects.toThrow(InputError)
    await expect(missing).rejects.toThrow(
      /file could not be written \(ENOENT\); the folder .*missing does not exist/,
    )
    await mkdir(join(folder, 'taken'))
    const taken = writeFileAtomically(join(folder, 'taken'), ['x'])
    await expect(taken).rejects.toThrow(/taken could not be written .* a folder has this name/)
    expect(await readdir(folder)).toEqual(['taken'])
  })

  test('works for names as long as the file system allows', async () => {
    const name = 'x'.repeat(255)
    await writeFileAtomically(join(folder, name), ['x'])
    expect(await readdir(folder)).toEqual([name])
  })
})
