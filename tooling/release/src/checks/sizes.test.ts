import { expect, it } from 'vitest'
import { limitFor, limitsFile } from '../sizes.mjs'
import { goodManifest, outcome, packedOf, workspaceOf } from '../test-support/fixture'
import { check } from './sizes.mjs'

async function problems(limits: object): Promise<string[]> {
  const workspace = await workspaceOf(goodManifest(), { [limitsFile]: limits })
  return (await outcome(check, workspace, [await packedOf(goodManifest())])).problems.map(
    ({ found }) => found,
  )
}

it('holds each package to its limits', async () => {
  const wide = { today: 500, limit: 1000 }
  expect(await problems({ '@tintjs/good': { tarball: wide, entries: wide } })).toEqual([])
  expect(await problems({ '@tintjs/good': { tarball: { today: 9, limit: 10 }, entries: wide } })).toEqual([
    expect.stringMatching(/^tarball: \d+ bytes; limit 10 bytes, 9 bytes when that was set$/),
  ])
  expect(await problems({ '@tintjs/good': { tarball: wide, entries: { today: 9, limit: 10 } } })).toEqual([
    expect.stringMatching(/^minified and gzipped code: \d+ bytes; limit 10 bytes/),
  ])
})

it('finds a package without limits, and limits without a package', async () => {
  const wide = { today: 500, limit: 1000 }
  expect(await problems({ '@tintjs/gone': { tarball: wide, entries: wide } })).toEqual([
    expect.stringMatching(/^tarball: .*, and no limit$/),
    expect.stringMatching(/^minified and gzipped code: .*, and no limit$/),
    expect.stringContaining('@tintjs/gone, which is not published'),
  ])
})

it('sets a limit a fifth above a size', () => {
  expect(limitFor(0)).toBe(0)
  expect(limitFor(10_000)).toBe(12_000)
  expect(limitFor(10_001)).toBe(13_000)
})
