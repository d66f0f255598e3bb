import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { repository } from './repository'

const ourOwn = '@tintjs/'

it('docs/architecture.md says why each dependency of a published package is there, and names no others', () => {
  const installed = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(repository, parent)).flatMap((name) => {
      const file = join(repository, parent, name, 'package.json')
      const { dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync(file, 'utf8'))
      return Object.keys({ ...dependencies, ...peerDependencies })
    }),
  )
  const text = readFileSync(join(repository, 'docs/architecture.md'), 'utf8')
  const section = text.slice(text.indexOf('## Dependencies'), text.indexOf('## Errors'))
  const explained = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name))
  const expected = [...new Set(installed)].filter((name) => !name.startsWith(ourOwn))
  expect(explained.toSorted()).toEqual(expected.toSorted())
})
