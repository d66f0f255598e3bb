import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Workspace } from '../packages.mjs'
import {
  commitAll,
  type Files,
  goodManifest,
  outcome,
  tag,
  workspaceOf,
  writeFiles,
} from '../test-support/fixture'
import { check } from './changesets.mjs'

const settings = { changelog: '@changesets/cli/changelog', access: 'public', baseBranch: 'main' }

async function repositoryOf(version: string, files: Files): Promise<Workspace> {
  const workspace = await workspaceOf(goodManifest({ version }), {
    '.changeset/config.json': settings,
    ...files,
  })
  commitAll(workspace.root)
  return workspace
}

const changeset = (kind: string) => `---\n'@tintjs/good': ${kind}\n---\n\nThe first release.\n`

it('writes versions and changelogs in a copy, and leaves the workspace as it was', async () => {
  const workspace = await repositoryOf('0.0.0', { '.changeset/first.md': changeset('minor') })
  const { problems, notes } = await outcome(check, workspace)
  expect(problems).toEqual([])
  expect(notes).toEqual(['The next versions: 0.1.0.'])
})

it('finds a first version that is no first version', async () => {
  const workspace = await repositoryOf('0.0.0', { '.changeset/first.md': changeset('patch') })
  const { problems } = await outcome(check, workspace)
  expect(problems.map(({ found }) => found)).toEqual(['its next version is 0.0.1; expected 0.1.0'])
})

it('finds a package that was never released and that no changeset tells of', async () => {
  const { problems } = await outcome(check, await repositoryOf('0.0.0', {}))
  expect(problems.map(({ found }) => found)).toEqual([
    'it was never released (there is no tag @tintjs/good@0.0.0), and has no changeset',
  ])
})

it('finds a package that changed since its last release, and passes one whose tests alone changed', async () => {
  const workspace = await repositoryOf('0.1.0', {})
  tag(workspace.root, '@tintjs/good@0.1.0')
  writeFiles(workspace.root, { 'packages/good/src/index.test.ts': '// a test\n' })
  commitAll(workspace.root)
  expect((await outcome(check, workspace)).problems).toEqual([])
  writeFileSync(join(workspace.root, 'packages/good/index.js'), 'export const answer = 42\n')
  commitAll(workspace.root)
  const { problems } = await outcome(check, workspace)
  expect(problems.map(({ found }) => found)).toEqual([
    '1 files changed since @tintjs/good@0.1.0, such as packages/good/index.js, and it has no changeset',
  ])
})

it('passes a version that is written and waits to be published', async () => {
  const changelog = '# @tintjs/good\n\n## 0.1.0\n\n- The first release.\n'
  const workspace = await repositoryOf('0.1.0', { 'packages/good/CHANGELOG.md': changelog })
  expect((await outcome(check, workspace)).problems).toEqual([])
})
