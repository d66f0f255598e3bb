import { describe, expect, it } from 'vitest'
import { goodFiles, goodManifest, type Manifest, problemsOf } from '../test-support/fixture'
import { check } from './manifest.mjs'

it('passes a package that says everything', async () => {
  expect(await problemsOf(check, goodManifest())).toEqual([])
})

describe('a package with a wrong', () => {
  const wrongs: [string, Manifest, RegExp][] = [
    ['licence', { license: 'MIT' }, /^license is "MIT"; expected "Apache-2.0"$/],
    ['module kind', { type: undefined }, /^type is missing; expected "module"$/],
    [
      'repository',
      { repository: { type: 'git', url: 'git+https://github.com/tintjs/tint.git' } },
      /directory/,
    ],
    ['homepage', { homepage: 'https://example.org' }, /^homepage is "https:\/\/example.org"/],
    ['address for bugs', { bugs: undefined }, /^bugs is missing/],
    ['engine', { engines: { node: '>=18' } }, /^engines.node is ">=18"/],
    ['description', { description: 'Tiny' }, /^description/],
    ['list of keywords', { keywords: [] }, /^keywords/],
    ['list of files', { files: undefined }, /^files/],
    ['set of entries', { exports: undefined }, /^exports/],
    ['word on side effects', { sideEffects: undefined }, /^sideEffects/],
    ['access', { publishConfig: { provenance: true } }, /^publishConfig.access/],
    ['provenance', { publishConfig: { access: 'public' } }, /^publishConfig.provenance/],
    ['install script', { scripts: { postinstall: 'node x.js' } }, /^the script postinstall runs/],
    [
      'range of the workspace',
      { dependencies: { a: 'workspace:^' } },
      /a at workspace:\^, which means nothing/,
    ],
    ['range of a catalog', { peerDependencies: { b: 'catalog:' } }, /b at catalog:, which means nothing/],
  ]
  it.each(wrongs)('%s', async (_, changes, expected) => {
    expect(await problemsOf(check, goodManifest(changes))).toEqual([expect.stringMatching(expected)])
  })
})

it.each(['LICENSE', 'README.md'])('finds a tarball without %s', async (file) => {
  const { [file]: _, ...files } = goodFiles
  expect(await problemsOf(check, goodManifest(), files)).toEqual([expect.stringContaining(`no ${file}`)])
})
