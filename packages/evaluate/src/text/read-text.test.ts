import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '@tintjs/tensor'
import { afterAll, describe, expect, it } from 'vitest'
import { readTextFile } from './read-text'

const folder = mkdtempSync(join(tmpdir(), 'tint-evaluate-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(content: string | Uint8Array): string {
  const path = join(folder, 'text')
  writeFileSync(path, content)
  return path
}

describe('readTextFile', () => {
  it('reads text as it is, with the hash of its bytes', async () => {
    expect(await readTextFile(file('\ufeffabc'))).toMatchObject({ text: '\ufeffabc', bytes: 6 })
    // As `printf abc | sha256sum` has it.
    expect((await readTextFile(file('abc'))).sha256).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
  })

  it.each<[string, () => string, RegExp]>([
    ['nothing', () => file(''), /is empty/],
    ['a zero byte', () => file('ab\0c'), /has a zero byte at offset 2, so it is no text/],
    ['bytes that are not UTF-8', () => file(Uint8Array.of(97, 0xff, 98)), /is not UTF-8; .*iconv/],
    ['no file', () => join(folder, 'none'), /does not exist/],
    ['a folder', () => folder, /cannot be read \(EISDIR\)/],
  ])('refuses %s', async (_, path, words) => {
    const reading = readTextFile(path())
    await expect(reading).rejects.toThrow(words)
    await expect(reading).rejects.toThrow(InputError)
  })
})
