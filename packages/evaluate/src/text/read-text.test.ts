import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '@tintjs/tensor'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, describe, expect, it } from 'vitest'
import { readText, readTextFile } from './read-text'

const folder = mkdtempSync(join(tmpdir(), 'tint-evaluate-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(content: string | Uint8Array, name = 'text'): string {
  const path = join(folder, name)
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

describe('readText', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

  it('reads a text file as it is', async () => {
    const path = file('a\nb', 'plain.txt')
    expect(await readText(path)).toEqual(await readTextFile(path))
  })

  it('joins the rows of a column, each as a line or the lines that it is', async () => {
    const rows = ['', ' = Title = \n', 'One', 'Two\nlines\n']
    const text = '\n = Title = \nOne\nTwo\nlines\n'
    const lines = rows.map((row) => JSON.stringify({ text: row, page: row })).join('\n')
    const path = file(lines, 'rows.jsonl')
    const read = { text, sha256: sha256(text), bytes: text.length, column: 'text', commit: undefined }
    expect(await readText(path)).toEqual(read)
    expect(await readText(path, { column: 'page' })).toEqual({ ...read, column: 'page' })
    const content = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'text', data: rows }] }))
    expect(await readText(file(content, 'rows.parquet'))).toEqual(read)
  })

  it.each<[string, () => string, string | undefined, RegExp]>([
    [
      'a column of a text',
      () => file('a', 'plain.txt'),
      'text',
      /plain\.txt is a text and has no column "text"/,
    ],
    [
      'a column that is not there',
      () => file('{"a": "b"}', 'x.jsonl'),
      undefined,
      /x\.jsonl, line 1: column text/,
    ],
    [
      'a column of numbers',
      () => file('{"a": 1}', 'x.jsonl'),
      'a',
      /column a: .*expected string, received number/,
    ],
    ['a column of nothing', () => file('{"a": ""}', 'x.jsonl'), 'a', /The column a of .*x\.jsonl is empty/],
    ['no rows', () => file('\n', 'x.jsonl'), 'a', /The column a of .*x\.jsonl is empty/],
    ['no file', () => join(folder, 'none'), undefined, /The file .*none does not exist/],
  ])('refuses %s', async (_, path, column, words) => {
    const reading = readText(path(), { column })
    await expect(reading).rejects.toThrow(words)
    await expect(reading).rejects.toThrow(InputError)
  })
})
