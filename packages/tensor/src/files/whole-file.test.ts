import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readWholeFile, readWholeFileSync, UnreadableFileError } from './whole-file'

const folder = mkdtempSync(join(tmpdir(), 'tint-whole-'))
afterAll(() => rmSync(folder, { recursive: true }))
const place = (name: string) => join(folder, name)

describe('readWholeFile', () => {
  it('reads files and what links lead to', async () => {
    writeFileSync(place('text'), 'äb')
    symlinkSync('text', place('link'))
    expect(new TextDecoder().decode(await readWholeFile(place('link'), 3))).toBe('äb')
    expect(new TextDecoder().decode(readWholeFileSync(place('text')))).toBe('äb')
  })

  it.each([
    ['what is missing', () => 'none', 'does not exist', true],
    ['a folder', () => '.', 'is a folder', false],
    [
      'a file that is too large, before it is opened',
      () => {
        writeFileSync(place('large'), '')
        truncateSync(place('large'), 2 ** 40)
        return 'large'
      },
      'has 1099511627776 bytes; expected at most 536870888',
      false,
    ],
    [
      'a link to itself',
      () => {
        symlinkSync('loop', place('loop'))
        return 'loop'
      },
      'cannot be read (ELOOP)',
      false,
    ],
  ])('refuses %s', async (_, make, problem, missing) => {
    const path = place(make())
    const expected = expect.objectContaining({ problem, missing })
    await expect(readWholeFile(path)).rejects.toThrow(UnreadableFileError)
    await expect(readWholeFile(path)).rejects.toEqual(expected)
    expect(() => readWholeFileSync(path)).toThrow(problem)
  })

  it.skipIf(process.platform === 'win32')('refuses a pipe, which would never end', async () => {
    execFileSync('mkfifo', [place('pipe')])
    await expect(readWholeFile(place('pipe'))).rejects.toThrow('is not a regular file')
    expect(() => readWholeFileSync(place('pipe'))).toThrow('is not a regular file')
  })
})
